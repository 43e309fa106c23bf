import RTCBase

/// A property of one source, such as its `cname` (RFC 5576 §4.1).
package struct SSRCAttribute: Hashable, Sendable {
  package var ssrc: SSRC
  package var attribute: String
  package var value: String?

  package init(ssrc: SSRC, attribute: String, value: String? = nil) {
    self.ssrc = ssrc
    self.attribute = attribute
    self.value = value
  }
}
