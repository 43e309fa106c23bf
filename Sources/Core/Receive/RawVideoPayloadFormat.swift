import RTCBase
import RTCPayload

/// Pictures of any codec behind one byte: a frame needs all frames since the last key frame.
package struct RawVideoPayloadFormat: VideoPayloadFormat {
  private var hasReleased = false

  package init() {}

  package func depacketize(_ payload: RawSpan) -> DepacketizedPayload? { RawVideoDepacketizer().depacketize(payload) }

  package func canDecode(_ frame: DepacketizedPayload, followsReleased: Bool) -> Bool {
    frame.isKeyFrame || (hasReleased && followsReleased)
  }

  package mutating func didRelease(_ frame: DepacketizedPayload, followsReleased: Bool) { hasReleased = true }
  package mutating func reset() { hasReleased = false }
}
