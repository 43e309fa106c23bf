import RTCBase
import RTCPayload

/// What a video codec's payload format means to the receiver: how packets become frames, and which frames need which.
///
/// One value per stream and payload type. A new codec is a new conformance; the buffer, its timing and its requests stay as they are.
package protocol VideoPayloadFormat: Sendable {
  /// Reads what precedes the codec's bytes; `nil` for a payload that the format does not allow.
  func depacketize(_ payload: RawSpan) -> DepacketizedPayload?

  /// Appends the codec's bytes of one payload to the frame. The default takes those after the descriptor as they are.
  func append(_ payload: RawSpan, described by: DepacketizedPayload, to frame: inout [UInt8])

  /// Whether the frame can be decoded after those released so far.
  ///
  /// - Parameter followsReleased: no packet is missing between the frame released last and this one.
  func canDecode(_ frame: DepacketizedPayload, followsReleased: Bool) -> Bool

  /// Whether later frames can be decoded without this one, which itself cannot: then its lack is no reason for a key frame.
  func canSkip(_ frame: DepacketizedPayload) -> Bool

  /// The frame goes to the decoder.
  mutating func didRelease(_ frame: DepacketizedPayload, followsReleased: Bool)

  /// Nothing released so far can be referred to any longer.
  mutating func reset()
}

extension VideoPayloadFormat {
  package func canSkip(_ frame: DepacketizedPayload) -> Bool { false }

  package func append(_ payload: RawSpan, described by: DepacketizedPayload, to frame: inout [UInt8]) {
    guard by.dataOffset <= payload.byteCount else { return }
    payload.extracting(by.dataOffset..<payload.byteCount).withUnsafeBytes { frame.append(contentsOf: $0) }
  }
}
