/// A session description (RFC 8866): the typed form of the text that peers exchange.
///
/// Lines keep their order within their kind, and what is not understood is kept as it was read, so that a description can be read, changed in
/// one place and written again.
package struct SessionDescription: Hashable, Sendable {
  /// `o=`
  package var origin: Origin
  /// `s=`, which is `-` in WebRTC.
  package var name: String
  /// `i=`
  package var information: String?
  /// `u=`
  package var uri: String?
  /// `e=`
  package var emails: [String]
  /// `p=`
  package var phones: [String]
  /// `c=` of the session.
  package var connection: ConnectionData?
  /// `b=` of the session.
  package var bandwidths: [Bandwidth]
  /// `t=` with its `r=` and `z=` lines.
  package var timings: [Timing]
  /// `k=`, obsolete since RFC 8866.
  package var key: String?
  /// `a=` of the session.
  package var attributes: [Attribute]
  /// The m-sections.
  package var media: [MediaDescription]

  package init(
    origin: Origin, name: String = "-", information: String? = nil, uri: String? = nil, emails: [String] = [],
    phones: [String] = [], connection: ConnectionData? = nil, bandwidths: [Bandwidth] = [],
    timings: [Timing] = [Timing()], key: String? = nil, attributes: [Attribute] = [], media: [MediaDescription] = []
  ) {
    self.origin = origin
    self.name = name
    self.information = information
    self.uri = uri
    self.emails = emails
    self.phones = phones
    self.connection = connection
    self.bandwidths = bandwidths
    self.timings = timings
    self.key = key
    self.attributes = attributes
    self.media = media
  }
}
