import RTCBase
import RTCEngine
import RTCJSEP
import RTCPayload

// What a peer sends.
extension SimulatedPeer {
  /// Adds a track; it is sent from the next negotiation on: `Simulation.connect`, or `negotiate(by:)` in a call.
  ///
  /// - Parameter source: where its frames come from; synthetic ones unless told otherwise.
  /// - Throws: `WebRTCError` when the connection is closed.
  @discardableResult
  public func addTrack(
    _ kind: MediaStreamTrackKind, source: SimulatedSender.Source = .synthetic
  ) throws(WebRTCError) -> SimulatedSender {
    // An identifier of a description is a token (RFC 8830 §2), and a name is any text.
    let streamID = "stream-" + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    let trackID = "\(streamID)-\(kind.rawValue)-\(trackCount)"
    let id = try change { engine, now throws(WebRTCError) in
      try engine.updateModel(now: now) { model throws(WebRTCError) in
        try model.addTrack(kind, trackID: trackID, streamIDs: [streamID])
      }
    }
    trackCount += 1
    let sender = SimulatedSender(id, kind, of: self)
    senders.append(sender)
    switch source {
    case .synthetic: attachSource(to: id, now: localTime(time.now))
    case .frames(let interval, let makeFrame):
      precondition(interval > .zero, "frames come at an interval of more than no time")
      sources[id] = .frames(
        FrameSource(interval: TimeDelta(interval), makeFrame: makeFrame, next: localTime(time.now)))
    case .manual: break
    }
    return sender
  }

  /// Takes a track away again; the other side learns of it with the next negotiation.
  ///
  /// - Throws: `WebRTCError.invalidAccessError` for a sender of another peer.
  public func removeTrack(_ sender: SimulatedSender) throws(WebRTCError) {
    guard let index = senders.firstIndex(where: { $0 === sender }) else {
      throw .invalidAccessError("The sender is none of \(name)'s.")
    }
    try change { engine, now throws(WebRTCError) in
      try engine.updateModel(now: now) { model throws(WebRTCError) in try model.removeTrack(sender.id) }
    }
    sources[sender.id] = nil
    senders.remove(at: index)
  }

  func send(_ frame: SimulatedFrame, on sender: SimulatedSender) -> Bool {
    let clockRate = targets[sender.id]?.codec?.clockRate ?? (sender.kind == .audio ? 48_000 : 90_000)
    let captured = frame.captureTime.map { localTime(.zero + TimeDelta($0)) } ?? localTime(time.now)
    let ticks = Int128(captured.nanoseconds) * Int128(clockRate) / 1_000_000_000
    let encoded = EncodedFrame(
      bytes: frame.bytes, rtpTimestamp: UInt32(truncatingIfNeeded: ticks),
      isKeyFrame: frame.isKeyFrame || sender.kind == .audio, captureTime: captured)
    return change { engine, now in engine.send(encoded, on: sender.id, now: now) }
  }

  /// Asks a closure for the frame that is due.
  func runSource(_ source: FrameSource, of id: TransceiverID, _ target: EncodingTarget, now: MonotonicTime) {
    guard let sender = senders.first(where: { $0.id == id }) else { return }
    let request = SimulatedSender.Request(
      time: Duration(now - .zero), bitrate: Int(clamping: target.bitrate.bitsPerSecond),
      needsKeyFrame: source.needsKeyFrame && sender.kind == .video)
    let frame = source.makeFrame(request)
    let isSent = frame.map { send($0, on: sender) }
    // The closure may have taken its track away.
    guard case .frames(var source) = sources[id] else { return }
    // What was refused is missing to what follows.
    if let frame, let isSent { source.needsKeyFrame = isSent ? source.needsKeyFrame && !frame.isKeyFrame : true }
    source.next = max(source.next + source.interval, localTime(now) - .milliseconds(100))
    sources[id] = .frames(source)
  }
}
