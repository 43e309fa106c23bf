/// An m-section: an `m=` line and the lines up to the next one (RFC 8866 §5.14).
package struct MediaDescription: Hashable, Sendable {
  package var kind: MediaKind
  /// 0 rejects the section, unless it is bundle-only (RFC 3264 §6, RFC 9143 §6).
  package var port: UInt16
  /// The number after the port's slash.
  package var portCount: Int?
  /// Such as `UDP/TLS/RTP/SAVPF`.
  package var transportProtocol: String
  /// Payload types in order of preference, or the one format of a data section.
  package var formats: [String]
  /// `i=`
  package var information: String?
  /// `c=`
  package var connections: [ConnectionData]
  /// `b=`
  package var bandwidths: [Bandwidth]
  /// `k=`, obsolete since RFC 8866.
  package var key: String?
  /// `a=`
  package var attributes: [Attribute]

  package init(
    kind: MediaKind, port: UInt16 = 9, portCount: Int? = nil, transportProtocol: String, formats: [String],
    information: String? = nil, connections: [ConnectionData] = [], bandwidths: [Bandwidth] = [], key: String? = nil,
    attributes: [Attribute] = []
  ) {
    self.kind = kind
    self.port = port
    self.portCount = portCount
    self.transportProtocol = transportProtocol
    self.formats = formats
    self.information = information
    self.connections = connections
    self.bandwidths = bandwidths
    self.key = key
    self.attributes = attributes
  }
}
