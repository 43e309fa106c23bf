/// VP8 payloads (RFC 7741).
package struct VP8Depacketizer: Depacketizer {
  package init() {}

  package func depacketize(_ payload: RawSpan) -> DepacketizedPayload? {
    guard let descriptor = VP8PayloadDescriptor(parsing: payload) else { return nil }
    var result = DepacketizedPayload(
      dataOffset: descriptor.byteCount, beginsFrame: descriptor.beginsFrame, isKeyFrame: false, vp8: descriptor)
    guard descriptor.beginsFrame else { return result }
    let data = payload.extracting(descriptor.byteCount..<payload.byteCount)
    guard let header = VP8FrameHeader(parsing: data) else { return nil }
    result.isKeyFrame = header.isKeyFrame
    result.width = header.width
    result.height = header.height
    return result
  }
}
