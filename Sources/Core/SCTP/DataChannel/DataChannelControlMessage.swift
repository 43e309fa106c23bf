import RTCBase

/// The two messages of the Data Channel Establishment Protocol (RFC 8832 §5).
enum DataChannelControlMessage: Hashable {
  case open(DataChannelOptions)
  case acknowledge

  /// `nil` for anything malformed, lengths that lie included.
  init?(_ bytes: RawSpan) {
    var reader = ByteReader(bytes)
    switch reader.readUInt8() {
    case 0x02: self = .acknowledge
    case 0x03:
      guard let type = reader.readUInt8(), let priority = reader.readUInt16(), let parameter = reader.readUInt32(),
        let labelLength = reader.readUInt16(), let protocolLength = reader.readUInt16(),
        let label = reader.readBytes(Int(labelLength)), let subprotocol = reader.readBytes(Int(protocolLength)),
        reader.remaining == 0
      else { return nil }
      let reliability: DataChannelReliability
      switch type & 0x7F {
      case 0x00: reliability = .reliable
      case 0x01: reliability = .retransmissions(parameter)
      case 0x02: reliability = .lifetime(milliseconds: parameter)
      default: return nil
      }
      guard let label = String(validating: label, as: UTF8.self),
        let subprotocol = String(validating: subprotocol, as: UTF8.self)
      else { return nil }
      self = .open(
        DataChannelOptions(
          label: label, subprotocol: subprotocol, isOrdered: type & 0x80 == 0, reliability: reliability,
          priority: priority))
    default: return nil
    }
  }

  var bytes: [UInt8] {
    guard case .open(let options) = self else { return [0x02] }
    var type: UInt8
    let parameter: UInt32
    switch options.reliability {
    case .reliable: (type, parameter) = (0x00, 0)
    case .retransmissions(let count): (type, parameter) = (0x01, count)
    case .lifetime(let milliseconds): (type, parameter) = (0x02, milliseconds)
    }
    if !options.isOrdered { type |= 0x80 }
    let label = Array(options.label.utf8.prefix(65_535))
    let subprotocol = Array(options.subprotocol.utf8.prefix(65_535))
    var writer = ByteWriter(limit: 12 + label.count + subprotocol.count, reserving: .max)
    writer.write(UInt8(0x03))
    writer.write(type)
    writer.write(options.priority)
    writer.write(parameter)
    writer.write(UInt16(label.count))
    writer.write(UInt16(subprotocol.count))
    writer.write(label)
    writer.write(subprotocol)
    return writer.bytes
  }
}
