/// What a data channel carries: text or bytes, either of which may be empty.
public enum RTCDataChannelMessage: Hashable, Sendable {
  /// Text; what a peer sends in other than UTF-8 comes with replacement characters.
  case text(String)
  /// Bytes.
  case binary([UInt8])

  /// The size of the payload in bytes, as `bufferedAmount` counts it.
  public var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .binary(let bytes): bytes.count
    }
  }
}
