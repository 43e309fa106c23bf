import RTCBase
import RTCRTP

/// The adaptive jitter buffer of one audio stream: packets in, instructions for the decoder out, each at its time.
///
/// It keeps two lines: when each timestamp could have arrived at best (`PlayoutDelayEstimator`), and when it is played. Their
/// distance is the current delay. Playing faster or slower moves it to the target, which also absorbs a drifting clock of the
/// sender. When the buffer runs empty, made-up audio is played while the line of timestamps stands still, so that what arrives
/// late is still played, later; when a later packet is there, what is missing is lost, and the line moves on.
///
/// ```
///              first packet               target delay has passed
///    idle ─────────────────▶ prebuffering ───────────────────────▶ playing ──┐ tick
///      ▲                                                             │  ▲────┘
///      └──────────── nothing to play came for `idleTimeout` ─────────┘
/// ```
package struct AudioReceiver: Sendable {
  package struct Configuration: Sendable {
    package var formats: [AudioFormat]
    /// Before anything is known about the network.
    package var initialDelay = TimeDelta.milliseconds(20)
    package var minimumDelay = TimeDelta.milliseconds(10)
    package var maximumDelay = TimeDelta.seconds(4)
    package var maximumPackets = 1_024
    /// After so much made-up sound in a row, playout stops until the next packet: a sender that stopped costs nothing.
    package var idleTimeout = TimeDelta.seconds(1)

    package init(formats: [AudioFormat]) { self.formats = formats }
  }

  enum State: Equatable {
    case idle
    case prebuffering(since: MonotonicTime)
    case playing
  }

  let configuration: Configuration
  var state = State.idle
  var packets: SequenceRing<AudioPacket>
  /// Of `packets`.
  var payloadBytes = 0
  var unwrapper = TimestampUnwrapper()
  var estimator: PlayoutDelayEstimator
  var clock: MediaClock

  /// The timestamp that is played next.
  var playTimestamp: Int64 = 0
  /// When it is played.
  var nextDue = MonotonicTime.zero
  var lastNumber: Int64?
  var lastPayloadType: PayloadType
  var lastSamples: Int
  var wasSilenceAnnounced = false
  /// Samples made up while the line of timestamps stood still.
  var waitedSamples = 0
  /// Samples made up since the last decoded packet.
  var concealedInGap = 0
  var adjustment = Adjustment.none
  var wasConcealing = false
  /// The share of packets lost of late.
  var lossShare = 0.0
  /// Whether loss and packets with error correction go together at present.
  var awaitsCorrection = false

  enum Adjustment: Equatable { case none, accelerating, expanding }

  /// RTP's `jitterBufferTarget`: at least so much delay.
  package var playoutDelayTarget = TimeDelta.zero
  /// Extra delay that keeps the stream in step with another.
  package var synchronizationDelay = TimeDelta.zero
  package internal(set) var statistics = AudioReceiverStatistics()

  package init(configuration: Configuration) {
    self.configuration = configuration
    packets = SequenceRing(limit: configuration.maximumPackets)
    let first = configuration.formats.first ?? .opus(PayloadType(truncating: 111))
    clock = MediaClock(rate: first.clockRate)
    estimator = PlayoutDelayEstimator(clock: clock)
    lastPayloadType = first.payloadType
    lastSamples = clock.rate / 50
  }

  /// Memory for what waits: payloads with their arrays' headers, and the places for them.
  var heldBytes: Int { packets.byteCount + payloadBytes + packets.count * 32 }

  // MARK: Delay

  /// What jitter and `playoutDelayTarget` ask for, without synchronization.
  package var ownTargetDelay: TimeDelta {
    let jitter = max(estimator.target, configuration.minimumDelay) + correctionDelay
    return min(max(jitter, playoutDelayTarget), configuration.maximumDelay)
  }

  /// Where packets get lost and the next one could correct that, the wait for the next one is worth it.
  private var correctionDelay: TimeDelta {
    awaitsCorrection ? min(clock.duration(ofTicks: lastSamples), .milliseconds(60)) : .zero
  }

  /// What playout moves to.
  package var targetDelay: TimeDelta { min(ownTargetDelay + synchronizationDelay, configuration.maximumDelay * 2) }

  /// How long the sample of `timestamp` is held if it plays next, against the quickest arrival.
  func delay(of timestamp: Int64) -> TimeDelta? { estimator.earliestArrival(of: timestamp).map { nextDue - $0 } }

  /// A timestamp, and when it would play if the stream stood alone.
  package var playoutReference: PlayoutReference? {
    guard state == .playing, let arrival = estimator.earliestArrival(of: playTimestamp) else { return nil }
    return PlayoutReference(
      rtpTimestamp: UInt32(truncatingIfNeeded: playTimestamp), playoutTime: arrival + ownTargetDelay)
  }

  /// What the clocks of two sides differ by in the minutes of a pause is less: 200 ppm of eight.
  private static let leastStall = TimeDelta.milliseconds(100)

  // MARK: Output

  package var deadline: Deadline? {
    switch state {
    case .idle: nil
    case .prebuffering(let since): Deadline(prebufferingEnd(since: since), "receive.audio")
    case .playing: Deadline(nextDue, "receive.audio")
    }
  }

  /// Mutating for speed: an optional receiver is changed in place but copied to be read.
  mutating func takeDeadline() -> Deadline? { deadline }

  /// What the first packet has been held up on its way is part of its delay: after a stall nothing is waited for.
  func prebufferingEnd(since: MonotonicTime) -> MonotonicTime {
    let delay = min(max(configuration.initialDelay, targetDelay), configuration.maximumDelay)
    let earliest = packets[packets.first].flatMap { estimator.earliestArrival(of: $0.timestamp) } ?? since
    // Less than a stall is the drift of two clocks while nothing came.
    guard since - earliest > Self.leastStall else { return since + delay }
    return max(since, earliest + delay)
  }

  /// The instruction that is due; call until it answers `nil`.
  package mutating func pollPlayout(now: MonotonicTime) -> AudioPlayout? {
    if case .prebuffering(let since) = state {
      let start = prebufferingEnd(since: since)
      guard now >= start else { return nil }
      guard let first = packets[packets.first] else {
        state = .idle
        return nil
      }
      beginPlaying(with: first, at: start)
    }
    guard state == .playing, now >= nextDue else { return nil }
    // A driver that slept does not owe the past: playout begins again now, and the delay shrinks to its target by itself.
    if now - nextDue > .seconds(1) { nextDue = now }
    return tick()
  }

  private mutating func beginPlaying(with first: AudioPacket, at start: MonotonicTime) {
    state = .playing
    playTimestamp = first.timestamp
    nextDue = start
    waitedSamples = 0
    concealedInGap = 0
    adjustment = .none
    wasConcealing = false
    lastNumber = first.number &- 1
  }
}

/// A timestamp of a stream and when it plays.
package struct PlayoutReference: Hashable, Sendable {
  package var rtpTimestamp: UInt32
  package var playoutTime: MonotonicTime

  package init(rtpTimestamp: UInt32, playoutTime: MonotonicTime) {
    self.rtpTimestamp = rtpTimestamp
    self.playoutTime = playoutTime
  }
}
