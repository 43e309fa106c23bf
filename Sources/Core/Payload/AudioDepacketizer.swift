/// Payloads that are one audio frame each.
package struct AudioDepacketizer: Depacketizer {
  private let format: AudioPayloadFormat

  package init(format: AudioPayloadFormat) { self.format = format }

  package func depacketize(_ payload: RawSpan) -> DepacketizedPayload? {
    guard format.sampleCount(of: payload) != nil else { return nil }
    return DepacketizedPayload(dataOffset: 0, beginsFrame: true, isKeyFrame: true)
  }
}
