import RTCBase
import RTCPayload
import RTCRTP

extension VideoReceiver {
  /// Mutating for speed: an optional receiver is changed in place but copied to be read.
  package var deadline: Deadline? {
    mutating get {
      switch readiness {
      case .empty, .skippable: nil
      case .decodable(let index):
        Deadline(due(frames[index]), "receive.video")
      case .blocked: Deadline(blockedSince.map { $0 + patience } ?? .distantPast, "receive.video.blocked")
      }
    }
  }

  /// The frame that is due, if there is one; call until it answers `nil`.
  package mutating func pollFrame(now: MonotonicTime) -> ReceivedVideoFrame? {
    guard case .decodable(let index) = readiness else {
      checkBlocked(now: now)
      return nil
    }
    let due = due(frames[index])
    guard due <= now else { return nil }
    if index > 0 { drop(first: index) }
    defer { updateReadiness() }
    return release(due: due, now: now)
  }

  mutating func updateReadiness() {
    if frames.isEmpty {
      readiness = .empty
    } else if let index = frames.firstIndex(where: { canDecode($0) }) {
      readiness = .decodable(index)
    } else {
      readiness = needsKeyFrame ? .blocked : .skippable
    }
    if readiness != .blocked { blockedSince = nil }
  }

  func canDecode(_ frame: AssembledVideoFrame) -> Bool {
    if frame.description.isKeyFrame { return true }
    guard frame.payloadType == releasedPayloadType, let nextNumber, let index = formatIndex(of: frame.payloadType)
    else { return false }
    return formats[index].canDecode(frame.description, followsReleased: frame.first == nextNumber)
  }

  // MARK: Blocked

  /// Whether frames wait that cannot be decoded and whose successors cannot either.
  private var needsKeyFrame: Bool {
    frames.contains { frame in
      guard let index = formatIndex(of: frame.payloadType) else { return true }
      return frame.payloadType != releasedPayloadType || !formats[index].canSkip(frame.description)
    }
  }

  /// How long a gap may take to close before a key frame is the better way out.
  private var patience: TimeDelta {
    guard let nextNumber else { return .zero }
    if let abandonedNumber, abandonedNumber >= nextNumber { return .zero }
    return configuration.usesRetransmission
      ? max(roundTripTime * 3, .milliseconds(150)) : max(appliedDelay, .milliseconds(30))
  }

  private mutating func checkBlocked(now: MonotonicTime) {
    guard readiness == .blocked else { return }
    let since = blockedSince ?? now
    blockedSince = since
    guard now >= since + patience else { return }
    wantsKeyFrame = true
    // The requester repeats the request; it is renewed in case a key frame came whose place in the stream did not help.
    blockedSince = now + .milliseconds(200)
  }

  // MARK: Release

  private mutating func release(due: MonotonicTime, now: MonotonicTime) -> ReceivedVideoFrame {
    let frame = frames.removeFirst()
    frameBytes -= frame.bytes.count
    let follows = frame.first == nextNumber
    if let index = formatIndex(of: frame.payloadType) {
      if frame.payloadType != releasedPayloadType { formats[index].reset() }
      formats[index].didRelease(frame.description, followsReleased: follows)
    }
    releasedPayloadType = frame.payloadType
    nextNumber = frame.last &+ 1
    discardPackets(before: frame.last &+ 1)
    advanceOverFillers()
    if !frame.isOfFormerTimeline { adaptDelay(to: frame.timestamp) }
    count(frame, due: due, now: now)
    return ReceivedVideoFrame(
      frame: EncodedFrame(
        bytes: frame.bytes, rtpTimestamp: frame.rtpTimestamp, isKeyFrame: frame.description.isKeyFrame,
        temporalLayer: frame.description.vp8?.temporalLayer, isLayerSync: frame.description.vp8?.isLayerSync ?? false,
        isDiscardable: frame.description.vp8?.isNonReference ?? false, width: frame.description.width,
        height: frame.description.height),
      payloadType: frame.payloadType, due: due, firstPacketArrival: frame.firstArrival,
      lastPacketArrival: frame.completion, orientation: frame.orientation)
  }

  /// Moves the delay to its target by a fifth of the time that the video shows, at most: motion stays smooth.
  private mutating func adaptDelay(to timestamp: Int64) {
    defer { releasedTimestamp = max(releasedTimestamp ?? timestamp, timestamp) }
    guard let releasedTimestamp else { return }
    let elapsed = clock.duration(ofTicks: max(0, min(timestamp &- releasedTimestamp, Int64(clock.rate))))
    let step = elapsed / 5
    let difference = targetDelay - appliedDelay
    appliedDelay += max(-step, min(difference, step))
  }

  private mutating func count(_ frame: AssembledVideoFrame, due: MonotonicTime, now: MonotonicTime) {
    if now - due > .milliseconds(10) { statistics.framesLate &+= 1 }
    statistics.jitterBufferDelay += max(.zero, now - frame.firstArrival)
    statistics.jitterBufferTargetDelay += targetDelay
    statistics.jitterBufferMinimumDelay += jitterDelay
    statistics.jitterBufferEmittedCount &+= 1
    statistics.currentDelay = appliedDelay
    statistics.targetDelay = targetDelay
    if let width = frame.description.width, let height = frame.description.height {
      statistics.frameWidth = width
      statistics.frameHeight = height
    }
    freezes.record(now, statistics: &statistics)
  }
}
