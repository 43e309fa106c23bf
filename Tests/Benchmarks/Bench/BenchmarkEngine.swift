import RTCBase
import RTCCongestion
import RTCEngine
import RTCJSEP
import RTCPayload
import RTCSecurity
import WebRTCTypes

/// What all benchmarks have in common: engines of one configuration, and frames that fill their packets.
enum BenchmarkEngine {
  /// Bytes of a video frame's payload that fill a datagram of 1,200 bytes: SRTP takes 16 of them, RTP 12 and its extensions 12, VP8's
  /// descriptor 3, and RTX needs 2 to repeat the packet.
  static let payloadBytesPerPacket = 1_140

  /// An engine that sends at a fixed rate, so that neither probes nor the weather of a shared machine change what is measured.
  static func make(
    certificate: any LocalCertificate, crypto: any CryptoProvider, bitrate: Bitrate,
    profiles: [SRTPProfile] = SRTPProfile.preferred, random: RandomSource, wallClock: WallClock, now: MonotonicTime
  ) -> PeerEngine {
    let configuration = EngineConfiguration(
      jsep: JSEPConfiguration(fingerprints: [certificate.fingerprints[0]]), certificate: certificate,
      srtpProfiles: profiles, bitrateLimits: BitrateLimits(minimum: bitrate, start: bitrate, maximum: bitrate))
    return PeerEngine(configuration: configuration, crypto: crypto, random: random, wallClock: wallClock, now: now)
  }

  static func addTrack(
    _ kind: MediaStreamTrackKind, to engine: inout PeerEngine, now: MonotonicTime
  ) throws(WebRTCError) -> TransceiverID {
    try engine.updateModel(now: now) { model throws(WebRTCError) in
      try model.addTrack(kind, trackID: "\(kind)", streamIDs: ["stream"])
    }
  }
}

/// Frames that look like VP8 to everything but a decoder, of a fixed number of full packets each.
struct FrameSource {
  let interval: TimeDelta
  private let keyFrame: [UInt8]
  private let deltaFrame: [UInt8]
  private var needsKeyFrame = true

  init(bitrate: Bitrate, packetsPerFrame: Int) {
    let size = packetsPerFrame * BenchmarkEngine.payloadBytesPerPacket
    let keyTag: [UInt8] = [0x10, 2, 0, 0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02]
    keyFrame = keyTag + [UInt8](repeating: 7, count: size - keyTag.count)
    deltaFrame = [0x11, 2, 0] + [UInt8](repeating: 7, count: size - 3)
    interval = bitrate.duration(ofBytes: packetsPerFrame * 1_200)
  }

  mutating func send(on transceiver: TransceiverID, of engine: inout PeerEngine, now: MonotonicTime) {
    let frame = EncodedFrame(
      bytes: needsKeyFrame ? keyFrame : deltaFrame,
      rtpTimestamp: UInt32(truncatingIfNeeded: now.nanoseconds * 9 / 100_000), isKeyFrame: needsKeyFrame,
      captureTime: now)
    needsKeyFrame = !engine.send(frame, on: transceiver, now: now)
  }
}
