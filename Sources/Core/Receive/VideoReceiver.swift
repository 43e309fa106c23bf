import RTCBase
import RTCPayload
import RTCRTP

/// Makes frames of one video stream's packets and releases each at its time, whole and decodable, or not at all.
///
/// A frame is copied together when its last packet arrives; the packets go back to the pool at once. The oldest frame that can be
/// decoded is released when it is due. What precedes it and is still incomplete has missed its time and is left out, which can
/// only happen where the format says that the frame does not need it: a key frame, or a temporal layer. If nothing can be decoded, a
/// key frame is asked for, and frames that follow a gap wait, for the gap may still close.
package struct VideoReceiver {
  package struct Configuration: Sendable {
    package var clockRate = 90_000
    package var minimumDelay = TimeDelta.zero
    package var maximumDelay = TimeDelta.seconds(4)
    /// The span of sequence numbers that waits for completion.
    package var maximumPackets = 4_096
    package var maximumFrames = 300
    package var maximumBytes = 16 << 20
    /// Whether missing packets are asked for: then a gap deserves the time of an answer.
    package var usesRetransmission = true
    package init() {}
  }

  let configuration: Configuration
  let pool: PacketPool
  let payloadTypes: [PayloadType]
  /// One for each of `payloadTypes`.
  var formats: [any VideoPayloadFormat]
  var packets: SequenceRing<VideoPacket>
  /// The bytes of `packets`.
  var buffers: SequenceRing<PacketBuffer>
  /// Complete frames in the order of their packets.
  var frames: [AssembledVideoFrame] = []
  var frameBytes = 0
  var unwrapper = TimestampUnwrapper()
  var estimator: PlayoutDelayEstimator
  let clock: MediaClock

  /// The number that continues what was released; `nil` until the first key frame.
  var nextNumber: Int64?
  var releasedPayloadType: PayloadType?
  var releasedTimestamp: Int64?
  /// The delay that frames have now; it follows the target slowly, since every change is seen.
  var appliedDelay = TimeDelta.zero
  /// What can be done with `frames`, found anew whenever they or what was released change.
  var readiness = Readiness.empty
  /// Since when nothing could be decoded although something was there.
  var blockedSince: MonotonicTime?
  /// What is missing up to here never comes.
  var abandonedNumber: Int64?
  var freezes = FreezeDetector()
  var wantsKeyFrame = false
  var largestFrame = 0
  /// Senders may tell it only when it changes, and with key frames (3GPP TS 26.114 §7.4.5).
  var orientation: VideoOrientation?

  enum Readiness: Equatable {
    case empty
    /// The index of the first frame that can be decoded.
    case decodable(Int)
    /// Nothing can be decoded now, but what comes can be, without what waits.
    case skippable
    /// Only a missing packet or a key frame helps.
    case blocked
  }

  package var playoutDelayTarget = TimeDelta.zero
  package var synchronizationDelay = TimeDelta.zero
  package var roundTripTime = TimeDelta.milliseconds(100)
  package internal(set) var statistics = VideoReceiverStatistics()

  package init(
    configuration: Configuration = Configuration(),
    formats: [(payloadType: PayloadType, format: any VideoPayloadFormat)], pool: PacketPool
  ) {
    self.configuration = configuration
    self.pool = pool
    payloadTypes = formats.map(\.payloadType)
    self.formats = formats.map(\.format)
    packets = SequenceRing(limit: configuration.maximumPackets, initialCapacity: 64)
    buffers = SequenceRing(limit: configuration.maximumPackets, initialCapacity: 64)
    clock = MediaClock(rate: configuration.clockRate)
    var delays = PlayoutDelayEstimator.Configuration()
    // A frame that comes late is seen as a small stutter, not heard as a gap.
    delays.slowQuantile = 0.96
    delays.fastQuantile = 0.85
    estimator = PlayoutDelayEstimator(clock: clock, configuration: delays)
  }

  // MARK: Delay

  /// What jitter and `playoutDelayTarget` ask for, without synchronization.
  package var ownTargetDelay: TimeDelta {
    min(max(jitterDelay, playoutDelayTarget), configuration.maximumDelay)
  }

  /// Frames need no slack for the width of the histogram's last bucket: a frame later than its due time is released at once.
  var jitterDelay: TimeDelta {
    max(estimator.target - DelayHistogram.bucketWidth, configuration.minimumDelay)
  }

  package var targetDelay: TimeDelta { min(ownTargetDelay + synchronizationDelay, configuration.maximumDelay * 2) }

  func due(_ frame: AssembledVideoFrame) -> MonotonicTime {
    guard !frame.isOfFormerTimeline, let earliest = estimator.earliestArrival(of: frame.timestamp) else {
      return frame.completion
    }
    return earliest + appliedDelay
  }

  /// A timestamp, and when it would be shown if the stream stood alone.
  package var playoutReference: PlayoutReference? {
    guard let releasedTimestamp, let arrival = estimator.earliestArrival(of: releasedTimestamp) else { return nil }
    return PlayoutReference(
      rtpTimestamp: UInt32(truncatingIfNeeded: releasedTimestamp), playoutTime: arrival + ownTargetDelay)
  }

  // MARK: Events

  /// Packets up to `number` that are still missing will not come any more.
  package mutating func abandon(upTo number: Int64) {
    abandonedNumber = max(abandonedNumber ?? number, number)
  }

  /// What its owner has to know after each call that changes the receiver.
  struct Outcome {
    var deadline: Deadline?
    var keyFramesReceived: Int64
    /// A key frame has become necessary since the last time.
    var needsKeyFrame: Bool
  }

  mutating func takeOutcome() -> Outcome {
    defer { wantsKeyFrame = false }
    return Outcome(
      deadline: deadline, keyFramesReceived: statistics.keyFramesReceived, needsKeyFrame: wantsKeyFrame)
  }

  /// Everything older than this is of no more use, so it need not be asked for.
  package var oldestUsefulNumber: Int64? { nextNumber }

  /// Forgets what is buffered: the sender began anew, or the stream is over.
  package mutating func reset() {
    statistics.framesDropped &+= Int64(frames.count)
    frames.removeAll(keepingCapacity: true)
    frameBytes = 0
    while let buffer = buffers.removeFirst() { pool.give(buffer) }
    while packets.removeFirst() != nil {}
    nextNumber = nil
    releasedTimestamp = nil
    blockedSince = nil
    abandonedNumber = nil
    for index in formats.indices { formats[index].reset() }
    updateReadiness()
  }

  /// Drops what waits below `number`.
  mutating func discardPackets(before number: Int64) {
    while !packets.isEmpty, packets.first < number { _ = packets.removeFirst() }
    while !buffers.isEmpty, buffers.first < number {
      guard let buffer = buffers.removeFirst() else { return }
      statistics.packetsDiscarded &+= 1
      pool.give(buffer)
    }
  }

  /// Memory for what waits: packets, the places for them, and frames.
  var heldBytes: Int {
    packets.byteCount + buffers.byteCount + buffers.count * PacketBuffer.capacity + frameBytes
      + frames.count * MemoryLayout<AssembledVideoFrame>.stride
  }

  func formatIndex(of payloadType: PayloadType) -> Int? {
    payloadTypes.firstIndex(of: payloadType)
  }
}
