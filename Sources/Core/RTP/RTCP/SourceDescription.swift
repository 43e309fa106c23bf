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

extension SourceDescription {
  init?(parsing body: RawSpan, count: Int) {
    var reader = ByteReader(body)
    var chunks: [Chunk] = []
    for _ in 0..<count {
      guard let ssrc = reader.readUInt32() else { return nil }
      var items: [Item] = []
      while true {
        guard let type = reader.readUInt8() else { return nil }
        if type == 0 { break }
        guard let length = reader.readUInt8(), let text = reader.readBytes(Int(length)) else { return nil }
        items.append(Item(type: type, text: String(decoding: text, as: UTF8.self)))
      }
      // A list ends with at least one zero, up to the next word. The body starts on a word of its own.
      while reader.offset & 3 != 0 {
        guard reader.readUInt8() != nil else { return nil }
      }
      chunks.append(Chunk(ssrc: SSRC(rawValue: ssrc), items: items))
    }
    self.init(chunks: chunks)
  }

  /// What it takes at most, its header included.
  package var byteCount: Int {
    chunks.reduce(4) { sum, chunk in
      let items = chunk.items.reduce(0) { $0 + 2 + min($1.text.utf8.count, 255) }
      return sum + (4 + items + 1 + 3) / 4 * 4
    }
  }

  func write(to packet: PacketBuffer) -> Bool {
    for chunk in chunks {
      let start = packet.count
      guard packet.append(chunk.ssrc.rawValue) else { return false }
      for item in chunk.items where item.type != 0 {
        guard packet.append(item.type), packet.appendText(item.text) else { return false }
      }
      repeat {
        guard packet.append(UInt8(0)) else { return false }
      } while (packet.count - start) & 3 != 0
    }
    return true
  }
}
