import RTCBase

/// Descriptions of sources, above all their canonical names (RFC 3550 §6.5).
package struct SourceDescription: Hashable, Sendable {
  package struct Chunk: Hashable, Sendable {
    package var ssrc: SSRC
    package var items: [Item]

    package init(ssrc: SSRC, items: [Item]) {
      self.ssrc = ssrc
      self.items = items
    }

    package init(ssrc: SSRC, cname: String) { self.init(ssrc: ssrc, items: [Item(type: Item.cname, text: cname)]) }

    /// The canonical name that binds the streams of one participant.
    package var cname: String? { items.first { $0.type == Item.cname }?.text }
  }

  package struct Item: Hashable, Sendable {
    package static let cname: UInt8 = 1
    /// RFC 9143 §15.1
    package static let mid: UInt8 = 15

    package var type: UInt8
    /// At most 255 bytes of UTF-8; what is longer is cut at a character.
    package var text: String

    package init(type: UInt8, text: String) {
      self.type = type
      self.text = text
    }
  }

  package var chunks: [Chunk]

  package init(chunks: [Chunk]) { self.chunks = chunks }

  package init(ssrc: SSRC, cname: String) { chunks = [Chunk(ssrc: ssrc, cname: cname)] }
}
