import RTCBase
import RTCPayload
import RTCRTP
import RTCSend

extension MonotonicTime {
  static func milliseconds(_ value: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: value * 1_000_000) }
}

extension MediaSender {
  /// Takes an RTCP packet from the peer that came alone.
  mutating func handle(_ packet: RTCPPacket, now: MonotonicTime) {
    add(packet, now: now)
    finishCompound(now: now)
  }
}

/// What a test wants to know about a packet that left.
struct SentRTP: Hashable {
  var at: MonotonicTime
  var kind: OutgoingPacket.Kind
  var header: RTPHeader
  var extensions: RTPExtensionValues
  var bytes: [UInt8]
  var payload: [UInt8] { Array(bytes[header.payloadRange]) }
}

/// A sender with one audio and one video stream, and the clock that drives it.
struct SendFixture {
  static let map = RTPExtensionMap([
    (1, .audioLevel), (2, .absoluteSendTime), (3, .transportSequenceNumber), (4, .mid), (10, .rid), (11, .repairedRid),
  ])
  static let videoSSRC = SSRC(rawValue: 0x1111)
  static let rtxSSRC = SSRC(rawValue: 0x2222)
  static let audioSSRC = SSRC(rawValue: 0x3333)
  static let peerSSRC = SSRC(rawValue: 0x9999)

  let pool = PacketPool()
  var sender: MediaSender
  var video: SendStreamID
  var audio: SendStreamID
  var now = MonotonicTime.zero
  var wallClock = WallClock(nanosecondsSince1970: 1_800_000_000_123_456_789, at: .zero)

  init?(
    usesRTX: Bool = true, isRetransmissionEnabled: Bool = true, map: RTPExtensionMap = SendFixture.map,
    seed: UInt64 = 3,
    configuration: MediaSender.Configuration = .init()
  ) {
    let random = RandomSource.seeded(seed)
    sender = MediaSender(configuration: configuration, pool: pool, random: random, wallClock: wallClock)
    var videoConfiguration = SendStreamConfiguration(
      kind: .video, ssrc: Self.videoSSRC, payloadType: PayloadType(truncating: 96), clockRate: 90_000, cname: "me")
    videoConfiguration.isRetransmissionEnabled = isRetransmissionEnabled
    videoConfiguration.mid = StreamIdentifier("1")
    videoConfiguration.extensions = map
    if usesRTX {
      videoConfiguration.rtxSSRC = Self.rtxSSRC
      videoConfiguration.rtxPayloadType = PayloadType(truncating: 97)
    }
    var audioConfiguration = SendStreamConfiguration(
      kind: .audio, ssrc: Self.audioSSRC, payloadType: PayloadType(truncating: 111), clockRate: 48_000, cname: "me")
    audioConfiguration.mid = StreamIdentifier("0")
    audioConfiguration.extensions = map
    guard
      let video = sender.addStream(
        videoConfiguration, packetizer: VP8Packetizer(firstPictureID: 5), now: now),
      let audio = sender.addStream(audioConfiguration, packetizer: AudioPacketizer(format: .opus), now: now)
    else { return nil }
    self.video = video
    self.audio = audio
  }

  mutating func sendVideo(_ byteCount: Int, isKeyFrame: Bool = true, timestamp: UInt32? = nil) -> SendStream.FrameResult
  {
    let ticks = timestamp ?? UInt32(truncatingIfNeeded: now.nanoseconds * 9 / 100_000)
    var bytes = [UInt8](repeating: 0, count: byteCount)
    for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 7) }
    return sender.send(
      EncodedFrame(bytes: bytes, rtpTimestamp: ticks, isKeyFrame: isKeyFrame, captureTime: now), on: video, now: now)
  }

  mutating func sendAudio(_ byteCount: Int = 80, timestamp: UInt32? = nil) -> SendStream.FrameResult {
    let ticks = timestamp ?? UInt32(truncatingIfNeeded: now.nanoseconds * 6 / 125_000)
    // A CELT frame of 20 ms.
    let frame = EncodedFrame(
      bytes: [0xF8] + [UInt8](repeating: 1, count: max(0, byteCount - 1)), rtpTimestamp: ticks, captureTime: now,
      audioLevel: AudioLevel(level: 30, voiceActivity: true))
    return sender.send(frame, on: audio, now: now)
  }

  /// What may leave now.
  mutating func drain() -> [SentRTP] {
    var sent: [SentRTP] = []
    while let packet = sender.nextPacket(now: now) {
      let bytes = packet.buffer.bytes.copied()
      bytes.withRawSpan { span in
        if let header = RTPHeader(parsing: span) {
          let extensions = RTPExtensionValues(parsing: span, header: header, map: SendFixture.map)
          sent.append(SentRTP(at: now, kind: packet.kind, header: header, extensions: extensions, bytes: bytes))
        }
      }
    }
    return sent
  }

  /// Everything that leaves within `duration`, the clock moving from deadline to deadline.
  mutating func run(for duration: TimeDelta) -> [SentRTP] {
    let end = now + duration
    var sent = drain()
    var rounds = 0
    while let deadline = sender.deadline(now: now), deadline.time <= end, rounds < 100_000 {
      rounds += 1
      now = max(now, deadline.time)
      sender.handleTimeout(now: now)
      _ = sender.reports.isDue(now: now)
      sent += drain()
    }
    now = end
    return sent + drain()
  }

  mutating func events() -> [MediaSender.Event] {
    var events: [MediaSender.Event] = []
    while let event = sender.pollEvent() { events.append(event) }
    return events
  }

  mutating func nack(_ numbers: [SequenceNumber]) {
    sender.handle(
      .negativeAcknowledgement(
        NegativeAcknowledgement(senderSSRC: Self.peerSSRC, mediaSSRC: Self.videoSSRC, sequenceNumbers: numbers)),
      now: now)
  }

  mutating func report(on ssrc: SSRC, highest: UInt32, lost: Int32 = 0, lsr: UInt32 = 0, dlsr: UInt32 = 0) {
    sender.handle(
      .receiverReport(
        ReceiverReport(
          ssrc: Self.peerSSRC,
          reportBlocks: [
            ReportBlock(
              ssrc: ssrc, fractionLost: 25, cumulativePacketsLost: lost, extendedHighestSequenceNumber: highest,
              interarrivalJitter: 90, lastSenderReport: lsr, delaySinceLastSenderReport: dlsr)
          ])), now: now)
  }
}
