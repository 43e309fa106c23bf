import RTCBase
import RTCRTP

/// One frame between a codec and RTP: a picture, or the audio of one packet.
package struct EncodedFrame: Hashable, Sendable {
  package var bytes: [UInt8]
  package var rtpTimestamp: UInt32
  /// Whether it can be decoded without an earlier one. Every audio frame can.
  package var isKeyFrame: Bool
  package var duration: TimeDelta?
  package var captureTime: MonotonicTime?
  /// How loud the audio is and whether it is speech; for the header extension.
  package var audioLevel: AudioLevel?
  /// The temporal layer, from 0, when the encoder makes several.
  package var temporalLayer: UInt8?
  /// Whether a receiver of lower layers can begin to decode this layer here.
  package var isLayerSync: Bool
  /// Whether no other frame refers to it.
  package var isDiscardable: Bool
  /// Pixels, where known.
  package var width: Int?
  package var height: Int?

  package init(
    bytes: [UInt8], rtpTimestamp: UInt32, isKeyFrame: Bool = true, duration: TimeDelta? = nil,
    captureTime: MonotonicTime? = nil, audioLevel: AudioLevel? = nil, temporalLayer: UInt8? = nil,
    isLayerSync: Bool = false, isDiscardable: Bool = false, width: Int? = nil, height: Int? = nil
  ) {
    self.bytes = bytes
    self.rtpTimestamp = rtpTimestamp
    self.isKeyFrame = isKeyFrame
    self.duration = duration
    self.captureTime = captureTime
    self.audioLevel = audioLevel
    self.temporalLayer = temporalLayer
    self.isLayerSync = isLayerSync
    self.isDiscardable = isDiscardable
    self.width = width
    self.height = height
  }
}
