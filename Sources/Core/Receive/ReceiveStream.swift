import RTCBase
import RTCPayload
import RTCRTP

/// One received media stream with its retransmission stream: statistics, requests to the sender, and the receiver of its frames.
///
/// For each packet: `shouldAccept` before decryption, `handle` after it. Then, and whenever `deadline` passes, drain the four outputs:
/// `pollRequests`, `pollKeyFrameRequest`, and `pollFrame` or `pollPlayout`.
package struct ReceiveStream {
  package struct Configuration {
    package enum Media {
      case video(
        VideoReceiver.Configuration, formats: [(payloadType: PayloadType, format: any VideoPayloadFormat)])
      case audio(AudioReceiver.Configuration)
    }

    package var ssrc: SSRC
    package var rtxSSRC: SSRC?
    /// Which payload type an RTX payload type repeats (apt, RFC 4588 §8.6).
    package var rtxPayloadTypes: [(rtx: PayloadType, original: PayloadType)] = []
    package var media: Media
    /// Whether generic NACK was negotiated.
    package var usesNack = false
    /// `nil` when neither PLI nor FIR was negotiated.
    package var keyFrameMethod: KeyFrameRequester.Method?

    package init(ssrc: SSRC, media: Media) {
      self.ssrc = ssrc
      self.media = media
    }
  }

  package let ssrc: SSRC
  /// May become known only with its first packet.
  package var rtxSSRC: SSRC?
  private let rtxPayloadTypes: [(rtx: PayloadType, original: PayloadType)]
  private let usesNack: Bool
  private let pool: PacketPool
  package let clockRate: Int

  package private(set) var statistics: ReceiveStatistics
  private var rtxStatistics: ReceiveStatistics
  package private(set) var senderReports = SenderReportTracker()
  private var captureTimes: CaptureTimeEstimator
  private var measuredRoundTripTime = TimeDelta.zero
  private var nack = NackTracker()
  private var keyFrames: KeyFrameRequester
  private let requestsKeyFrames: Bool
  private var video: VideoReceiver?
  private var audio: AudioReceiver?
  /// When the receiver of frames wants to be polled.
  private var mediaDeadline: Deadline?

  package private(set) var lastPayloadType: PayloadType?
  private var knownKeyFrames: Int64 = 0
  private var retransmittedPackets: Int64 = 0
  private var retransmittedBytes: Int64 = 0
  private var nackCount: Int64 = 0
  private var discarded: Int64 = 0

  package init(configuration: Configuration, pool: PacketPool) {
    ssrc = configuration.ssrc
    rtxSSRC = configuration.rtxSSRC
    rtxPayloadTypes = configuration.rtxPayloadTypes
    usesNack = configuration.usesNack
    self.pool = pool
    requestsKeyFrames = configuration.keyFrameMethod != nil
    keyFrames = KeyFrameRequester(method: configuration.keyFrameMethod ?? .pictureLossIndication)
    switch configuration.media {
    case .video(var settings, let formats):
      settings.usesRetransmission = configuration.usesNack
      video = VideoReceiver(configuration: settings, formats: formats, pool: pool)
      clockRate = settings.clockRate
      isVideo = true
    case .audio(let settings):
      audio = AudioReceiver(configuration: settings)
      clockRate = settings.formats.first?.clockRate ?? OpusPacket.clockRate
      isVideo = false
    }
    captureTimes = CaptureTimeEstimator(clockRate: clockRate)
    statistics = ReceiveStatistics(clockRate: clockRate)
    rtxStatistics = ReceiveStatistics(clockRate: clockRate)
  }

  package let isVideo: Bool

  // MARK: Settings

  /// Of the transport, from whoever measures it.
  package mutating func setRoundTripTime(_ roundTripTime: TimeDelta) {
    nack.roundTripTime = roundTripTime
    measuredRoundTripTime = nack.roundTripTime
    keyFrames.roundTripTime = nack.roundTripTime
    video?.roundTripTime = nack.roundTripTime
  }

  /// At least so much delay between arrival and playout: `jitterBufferTarget`, 0 to 4 s.
  package var playoutDelayTarget: TimeDelta {
    get { video?.playoutDelayTarget ?? audio?.playoutDelayTarget ?? .zero }
    set {
      let bounded = max(.zero, min(newValue, .seconds(4)))
      video?.playoutDelayTarget = bounded
      audio?.playoutDelayTarget = bounded
      settle()
    }
  }

  /// What a `SynchronizationGroup` adds.
  package var synchronizationDelay: TimeDelta {
    get { video?.synchronizationDelay ?? audio?.synchronizationDelay ?? .zero }
    set {
      let bounded = max(.zero, min(newValue, SynchronizationGroup.maximumSkew))
      video?.synchronizationDelay = bounded
      audio?.synchronizationDelay = bounded
      settle()
    }
  }

  /// For a `SynchronizationGroup`.
  package var playoutReference: PlayoutReference? { video?.playoutReference ?? audio?.playoutReference }

  // MARK: Input

  /// Whether a packet is worth decrypting: `false` for a duplicate. Changes nothing, for its sender is not authenticated yet.
  ///
  /// Mutating for speed: what is mutating is called in place, where a stream is one of many.
  package mutating func shouldAccept(_ header: RTPHeader) -> Bool {
    header.ssrc == ssrc
      ? !statistics.isDuplicate(header.sequenceNumber) : !rtxStatistics.isDuplicate(header.sequenceNumber)
  }

  /// Takes a decrypted packet of the media or the RTX stream, and its buffer.
  package mutating func handle(_ packet: consuming ReceivedRTPPacket) {
    if packet.header.ssrc != ssrc {
      handleRetransmission(packet)
      return
    }
    switch statistics.record(packet.header, arrival: packet.arrival) {
    case .newest(let number), .late(let number):
      if usesNack { nack.record(number, now: packet.arrival) }
      deliver(packet, number: number, isRetransmission: false)
    case .restarted(let number):
      nack.reset()
      if usesNack { nack.record(number, now: packet.arrival) }
      video?.reset()
      audio?.reset()
      deliver(packet, number: number, isRetransmission: false)
    case .duplicate, .suspicious:
      discarded &+= 1
      pool.give(packet.buffer)
    }
  }

  private mutating func handleRetransmission(_ packet: consuming ReceivedRTPPacket) {
    switch rtxStatistics.record(packet.header, arrival: packet.arrival) {
    case .duplicate, .suspicious:
      pool.give(packet.buffer)
      return
    case .newest, .late, .restarted: break
    }
    let payloadType = packet.header.payloadType
    let bytes = packet.header.payloadRange.count
    // Padding that probes the path has no original.
    guard let mapping = rtxPayloadTypes.first(where: { $0.rtx == payloadType }),
      RTXPacket.restoreOriginal(&packet, ssrc: ssrc, payloadType: mapping.original),
      let number = statistics.recordRecovered(packet.header.sequenceNumber)
    else {
      pool.give(packet.buffer)
      return
    }
    retransmittedPackets &+= 1
    retransmittedBytes &+= Int64(bytes)
    nack.recordRecovered(number, now: packet.arrival)
    deliver(packet, number: number, isRetransmission: true)
  }

  private mutating func deliver(_ packet: consuming ReceivedRTPPacket, number: Int64, isRetransmission: Bool) {
    if !packet.header.payloadRange.isEmpty { lastPayloadType = packet.header.payloadType }
    if isVideo {
      video?.handle(packet, number: number)
    } else {
      audio?.handle(packet, number: number, isRetransmission: isRetransmission)
      pool.give(packet.buffer)
    }
    settle()
  }

  package mutating func handle(_ report: SenderReport, now: MonotonicTime) {
    guard report.ssrc == ssrc else { return }
    senderReports.handle(report, now: now)
    captureTimes.handle(report.rtpTimestamp, now: now)
  }

  /// Memory for packets and frames that wait.
  package var heldBytes: Int { video?.heldBytes ?? audio?.heldBytes ?? 0 }

  /// Drops the oldest of what waits until no more than `limit` bytes are held.
  package mutating func trim(to limit: Int) {
    video?.trim(to: limit)
    audio?.trim(to: limit)
    settle()
  }

  /// A decoder could not decode what it was given: the stream needs a key frame.
  package mutating func requestKeyFrame() {
    guard requestsKeyFrames, isVideo else { return }
    keyFrames.request()
  }

  /// Gives back every packet that is held. The stream takes none afterwards.
  package mutating func close() {
    video?.reset()
    audio?.reset()
    nack.reset()
    settle()
    keyFrames.satisfy()
  }

  /// Passes on what the last call led to.
  private mutating func settle() {
    guard isVideo else {
      mediaDeadline = audio?.takeDeadline() ?? nil
      return
    }
    if let abandoned = nack.takeAbandoned() { video?.abandon(upTo: abandoned) }
    guard let outcome = video?.takeOutcome() else { return }
    mediaDeadline = outcome.deadline
    if outcome.keyFramesReceived != knownKeyFrames {
      knownKeyFrames = outcome.keyFramesReceived
      keyFrames.satisfy()
    }
    if outcome.needsKeyFrame, requestsKeyFrames { keyFrames.request() }
  }

  // MARK: Output

  package var deadline: Deadline? {
    let request = usesNack ? Deadline.earliest(nack.deadline, keyFrames.deadline) : keyFrames.deadline
    return Deadline.earliest(mediaDeadline, request)
  }

  /// The deadline, in place.
  package mutating func takeDeadline() -> Deadline? { deadline }

  /// Appends the sequence numbers to ask for again (generic NACK), ascending.
  package mutating func pollRequests(now: MonotonicTime, into requests: inout [SequenceNumber]) {
    guard usesNack else { return }
    let count = requests.count
    nack.pollRequests(now: now, into: &requests)
    if requests.count > count { nackCount &+= 1 }
    settle()
  }

  package mutating func pollKeyFrameRequest(now: MonotonicTime) -> KeyFrameRequester.Request? {
    keyFrames.poll(now: now)
  }

  /// The video frame that is due; call until it answers `nil`.
  package mutating func pollFrame(now: MonotonicTime) -> ReceivedVideoFrame? {
    guard isVideo else { return nil }
    var frame = video?.pollFrame(now: now)
    if let timestamp = frame?.frame.rtpTimestamp { frame?.captureTime = captureTime(of: timestamp, now: now) }
    if frame != nil, usesNack, let oldest = video?.oldestUsefulNumber { nack.forget(before: oldest) }
    settle()
    return frame
  }

  /// The audio instruction that is due; call until it answers `nil`.
  package mutating func pollPlayout(now: MonotonicTime) -> AudioPlayout? {
    guard !isVideo else { return nil }
    var playout = audio?.pollPlayout(now: now)
    if let timestamp = playout?.rtpTimestamp { playout?.captureTime = captureTime(of: timestamp, now: now) }
    settle()
    return playout
  }

  private func captureTime(of timestamp: UInt32, now: MonotonicTime) -> MonotonicTime? {
    captureTimes.captureTime(of: timestamp, roundTripTime: measuredRoundTripTime, now: now)
  }

  /// Report blocks for the media stream and, if it sent something, the RTX stream; each begins a new interval.
  package mutating func appendReportBlocks(to blocks: inout [ReportBlock], now: MonotonicTime) {
    if let block = statistics.makeReportBlock(ssrc: ssrc, senderReports: senderReports, now: now) {
      blocks.append(block)
    }
    if let rtxSSRC,
      let block = rtxStatistics.makeReportBlock(ssrc: rtxSSRC, senderReports: SenderReportTracker(), now: now)
    {
      blocks.append(block)
    }
  }

  package var snapshot: ReceiveStreamStatistics {
    var result = ReceiveStreamStatistics(ssrc: ssrc)
    result.rtxSSRC = rtxSSRC
    result.payloadType = lastPayloadType
    result.packetsReceived = statistics.packetsReceived
    result.bytesReceived = statistics.bytesReceived
    result.headerBytesReceived = statistics.headerBytesReceived
    result.packetsLost = statistics.packetsLost
    result.packetsDuplicated = statistics.duplicates
    result.packetsReordered = statistics.reordered
    result.packetsDiscarded =
      discarded &+ (video?.statistics.packetsDiscarded ?? audio?.statistics.packetsDiscarded ?? 0)
    result.jitter = statistics.jitter
    result.lastPacketArrival = statistics.lastPacketArrival
    result.retransmittedPacketsReceived = retransmittedPackets
    result.retransmittedBytesReceived = retransmittedBytes
    result.rtxPacketsReceived = rtxStatistics.packetsReceived
    result.rtxBytesReceived = rtxStatistics.bytesReceived
    result.rtxHeaderBytesReceived = rtxStatistics.headerBytesReceived
    result.nackCount = nackCount
    result.nackedPackets = nack.requestedCount
    result.pliCount = keyFrames.pictureLossIndicationCount
    result.firCount = keyFrames.fullIntraRequestCount
    result.video = video?.statistics
    result.audio = audio?.statistics
    result.senderReports = senderReports
    return result
  }
}
