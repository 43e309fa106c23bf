/// What a description may hold at most, so that a hostile one costs no more than a large honest one.
///
/// A browser's video section has about 140 lines, and calls of 60 such sections are real.
package enum SDPLimits {
  package static let bytes = 1 << 20
  package static let lines = 9_999
  package static let lineLength = 32_768
  package static let mediaSections = 256
  /// Of the session, and of each section.
  package static let sectionLines = 1_024
  /// Of a name that is kept and compared, such as a mid, the id of a stream or a user name fragment.
  package static let nameLength = 256
  /// Of what follows `candidate:`. The grammar's longest fields, a host name twice and credentials among them, come to less.
  package static let candidateLength = 1_024
  /// Of a candidate's foundation (RFC 8839 §5.1).
  package static let foundationLength = 32
  /// Of one candidate, beyond the fields that the grammar names; browsers write five.
  package static let candidateExtensions = 32
  /// Of the parameters of a RID, and of the streams of a simulcast line each way; longer ones are not understood.
  package static let listLength = 64
  /// Of the session, and of each section: one for each hash function of each certificate (RFC 8122 §5).
  package static let fingerprints = 32
}
