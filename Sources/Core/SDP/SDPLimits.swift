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
}
