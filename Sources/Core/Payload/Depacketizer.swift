/// Reads what a payload format says in front of the codec's bytes.
package protocol Depacketizer: Sendable {
  /// `nil` for a payload that the format does not allow.
  func depacketize(_ payload: RawSpan) -> DepacketizedPayload?
}

/// What one RTP payload holds.
package struct DepacketizedPayload: Hashable, Sendable {
  /// Where the codec's bytes begin in the payload; they run to its end.
  package var dataOffset: Int
  /// Whether a frame begins with this payload.
  package var beginsFrame: Bool
  /// Known from the first payload of a frame only.
  package var isKeyFrame: Bool
  /// Pixels, known from the first payload of a key frame.
  package var width: Int?
  package var height: Int?
  package var vp8: VP8PayloadDescriptor?

  package init(
    dataOffset: Int, beginsFrame: Bool, isKeyFrame: Bool, width: Int? = nil, height: Int? = nil,
    vp8: VP8PayloadDescriptor? = nil
  ) {
    self.dataOffset = dataOffset
    self.beginsFrame = beginsFrame
    self.isKeyFrame = isKeyFrame
    self.width = width
    self.height = height
    self.vp8 = vp8
  }
}
