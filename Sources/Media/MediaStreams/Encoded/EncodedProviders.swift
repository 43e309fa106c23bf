import RTCFrames

/// A source that also has, or only has, compressed pictures: a pass-through source, a remote peer.
package protocol EncodedVideoProvider: AnyObject, Sendable {
  var encodedFrames: FrameBroadcast<EncodedVideoFrame> { get }
  /// The codec, where it is fixed.
  var encodedMimeType: String? { get }
  /// Whether its pictures exist in compressed form only, so that a sender must not wait for plain ones.
  var isEncodedOnly: Bool { get }
  /// A consumer cannot go on without a key frame.
  func requestKeyFrame()
  /// What the network can carry now, in bits per second.
  func setTargetBitrate(_ bitsPerSecond: Int)
}

/// A source that also has, or only has, compressed sound.
package protocol EncodedAudioProvider: AnyObject, Sendable {
  var encodedFrames: FrameBroadcast<EncodedAudioFrame> { get }
  /// The codec, where it is fixed.
  var encodedMimeType: String? { get }
  /// Whether its sound exists in compressed form only.
  var isEncodedOnly: Bool { get }
}
