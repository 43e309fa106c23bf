import RTCBase

/// Says that sources send no more (RFC 3550 §6.6).
package struct Goodbye: Hashable, Sendable {
  package var ssrcs: [SSRC]
  package var reason: String?

  package init(ssrcs: [SSRC], reason: String? = nil) {
    self.ssrcs = ssrcs
    self.reason = reason
  }
}
