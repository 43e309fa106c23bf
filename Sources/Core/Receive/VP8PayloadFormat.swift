import RTCBase
import RTCPayload

/// VP8 (RFC 7741): a frame refers to those before it, unless temporal layers say that it needs fewer.
package struct VP8PayloadFormat: VideoPayloadFormat {
  private var pictureID: UInt16?
  private var hasLongPictureID = false
  private var baseLayerPictureIndex: UInt8?
  /// A frame was left out since the last key frame or sync point: upper layers may refer to it.
  private var lacksUpperLayers = false
  private var hasReleased = false

  package init() {}

  package func depacketize(_ payload: RawSpan) -> DepacketizedPayload? { VP8Depacketizer().depacketize(payload) }

  package func canDecode(_ frame: DepacketizedPayload, followsReleased: Bool) -> Bool {
    if frame.isKeyFrame { return true }
    guard hasReleased, let descriptor = frame.vp8 else { return false }
    let follows = followsReleased || isNextPicture(descriptor)
    guard let layer = descriptor.temporalLayer, let index = descriptor.baseLayerPictureIndex,
      let baseLayerPictureIndex
    else { return follows && !lacksUpperLayers }
    if layer == 0 { return index == baseLayerPictureIndex &+ 1 || follows }
    guard index == baseLayerPictureIndex else { return false }
    return descriptor.isLayerSync || (follows && !lacksUpperLayers)
  }

  package func canSkip(_ frame: DepacketizedPayload) -> Bool {
    guard hasReleased, !frame.isKeyFrame, let layer = frame.vp8?.temporalLayer else { return false }
    return layer > 0 && baseLayerPictureIndex != nil && frame.vp8?.baseLayerPictureIndex == baseLayerPictureIndex
  }

  package mutating func didRelease(_ frame: DepacketizedPayload, followsReleased: Bool) {
    guard let descriptor = frame.vp8 else { return }
    if frame.isKeyFrame || descriptor.isLayerSync {
      lacksUpperLayers = false
    } else if !followsReleased, !isNextPicture(descriptor) {
      lacksUpperLayers = true
    }
    hasReleased = true
    pictureID = descriptor.pictureID
    hasLongPictureID = descriptor.hasLongPictureID
    if frame.isKeyFrame || descriptor.temporalLayer == 0 || descriptor.temporalLayer == nil {
      baseLayerPictureIndex = descriptor.baseLayerPictureIndex
    }
  }

  package mutating func reset() {
    hasReleased = false
    pictureID = nil
    baseLayerPictureIndex = nil
    lacksUpperLayers = false
  }

  /// Only the long form is trusted: seven bits come round again within seconds.
  private func isNextPicture(_ descriptor: VP8PayloadDescriptor) -> Bool {
    guard let pictureID, let next = descriptor.pictureID, hasLongPictureID, descriptor.hasLongPictureID else {
      return false
    }
    return next == (pictureID &+ 1) & 0x7FFF
  }
}
