internal import RTCBase
internal import RTCEngine
internal import RTCJSEP
internal import RTCPayload

extension RTCPeerConnection {
  /// What a receiver's `jitterBufferTarget` comes to.
  func setPlayoutDelay(_ delay: Duration, of transceiver: TransceiverID) {
    guard !isClosed else { return }
    driver.perform { engine, _ in
      engine.setPlayoutDelay(.nanoseconds(Int64(delay / .nanoseconds(1))), of: transceiver)
    }
  }

  /// Sends a track: in a transceiver that is free for its kind, or a new one (webrtc-pc §5.1).
  ///
  /// - Parameter streams: the streams that the peer is told the track belongs to.
  /// - Throws: `WebRTCError.invalidAccessError` when the track is already sent, `.invalidStateError` when closed.
  @discardableResult
  public func addTrack(_ track: MediaStreamTrack, streams: [MediaStream] = []) throws -> RTCRtpSender {
    let kind = MediaStreamTrackKind(track.kind)
    let ids = streams.map(\.id)
    let id = try operate { engine, now throws(WebRTCError) in
      try engine.updateModel(now: now) { model throws(WebRTCError) in
        try model.addTrack(kind, trackID: track.id, streamIDs: ids)
      }
    }
    return attach(track, to: id).sender
  }

  /// Sends a track, its streams given one after the other as in JavaScript.
  ///
  /// - Throws: as `addTrack(_:streams:)`.
  @discardableResult
  public func addTrack(_ track: MediaStreamTrack, _ streams: MediaStream...) throws -> RTCRtpSender {
    try addTrack(track, streams: streams)
  }

  /// Makes a transceiver for a track (webrtc-pc §5.1): always a new one.
  ///
  /// - Parameter options: direction, streams and encodings; both ways, with one encoding and no stream, unless told otherwise.
  /// - Throws: `WebRTCError.invalidAccessError` when the track is already sent, `.typeError` for the direction `stopped` or wrong names of
  ///   encodings, `.rangeError` for values out of range, `.invalidStateError` when closed.
  @discardableResult
  public func addTransceiver(
    _ track: MediaStreamTrack, init options: RTCRtpTransceiverInit = RTCRtpTransceiverInit()
  ) throws -> RTCRtpTransceiver {
    let kind = MediaStreamTrackKind(track.kind)
    let id = try operate { engine, now throws(WebRTCError) in
      try engine.updateModel(now: now) { model throws(WebRTCError) in
        try model.addTransceiver(kind, trackID: track.id, init: options)
      }
    }
    return attach(track, to: id)
  }

  /// Makes a transceiver without a track: to receive, or for a track that comes later by `replaceTrack` (webrtc-pc §5.1).
  ///
  /// - Throws: as `addTransceiver(_:init:)` for a track.
  @discardableResult
  public func addTransceiver(
    _ kind: MediaStreamTrackKind, init options: RTCRtpTransceiverInit = RTCRtpTransceiverInit()
  ) throws -> RTCRtpTransceiver {
    let id = try operate { engine, now throws(WebRTCError) in
      try engine.updateModel(now: now) { model throws(WebRTCError) in
        try model.addTransceiver(kind, init: options)
      }
    }
    return existing(id)
  }

  /// Stops sending the sender's track; its transceiver stays (webrtc-pc §5.1).
  ///
  /// - Throws: `WebRTCError.invalidAccessError` for a sender of another connection, `.invalidStateError` when closed.
  public func removeTrack(_ sender: RTCRtpSender) throws {
    guard let id = sender.owner(in: self) else {
      throw WebRTCError.invalidAccessError("The sender belongs to another connection.")
    }
    try operate { engine, now throws(WebRTCError) in
      try engine.updateModel(now: now) { model throws(WebRTCError) in try model.removeTrack(id) }
    }
    transceiverObjects[id]?.sender.pipeline.setTrack(nil)
  }

  /// What this connection can send and receive, codecs that its options register included: what `setCodecPreferences` takes.
  public nonisolated func capabilities(_ kind: MediaStreamTrackKind) -> RTCRtpCapabilities {
    JSEPConfiguration(fingerprints: [], options).capabilities(kind)
  }

  // MARK: What transceivers and senders ask for

  func setDirection(_ direction: RTCRtpTransceiverDirection, of id: TransceiverID) throws {
    try update { model throws(WebRTCError) in try model.setDirection(id, direction) }
  }

  func stopTransceiver(_ id: TransceiverID) throws {
    try update { model throws(WebRTCError) in try model.stop(id) }
    if let transceiver = transceiverObjects[id] { retire(transceiver) }
  }

  func setCodecPreferences(_ codecs: [RTCRtpCodec], of id: TransceiverID) throws {
    try update { model throws(WebRTCError) in try model.setCodecPreferences(id, codecs) }
  }

  func setEncodings(_ encodings: [RTCRtpEncodingParameters], of id: TransceiverID) throws {
    try update { model throws(WebRTCError) in try model.setEncodings(id, encodings) }
  }

  func setStreams(_ ids: [String], of id: TransceiverID) throws {
    try update { model throws(WebRTCError) in try model.setStreams(id, ids) }
  }

  func replaceTrack(_ track: MediaStreamTrack?, of id: TransceiverID) throws {
    guard let transceiver = transceiverObjects[id] else {
      throw WebRTCError.invalidStateError("The sender's transceiver is stopped.")
    }
    if let track, MediaStreamTrackKind(track.kind) != transceiver.kind {
      throw WebRTCError.typeError(
        "A sender of \(transceiver.kind.rawValue) cannot send a track of \(track.kind.rawValue).")
    }
    try update { model throws(WebRTCError) in try model.replaceTrack(id, trackID: track?.id) }
    transceiver.sender.pipeline.setTrack(track)
  }

  private func update(_ body: (inout JSEPSession) throws(WebRTCError) -> Void) throws {
    try operate { engine, now throws(WebRTCError) in try engine.updateModel(now: now, body) }
  }

  // MARK: Objects

  private func existing(_ id: TransceiverID) -> RTCRtpTransceiver {
    guard let transceiver = transceiverObjects[id] else {
      preconditionFailure("a transceiver that the model has just made has its object")
    }
    return transceiver
  }

  private func attach(_ track: MediaStreamTrack, to id: TransceiverID) -> RTCRtpTransceiver {
    let transceiver = existing(id)
    transceiver.sender.pipeline.setTrack(track)
    return transceiver
  }

  func makeTransceiver(_ model: JSEPTransceiver) -> RTCRtpTransceiver {
    let id = model.id
    let loop = eventLoop
    let connection = WeakConnection(self)
    // Codec threads hop to the event loop: once per frame.
    let requestKeyFrame: @Sendable () -> Void = {
      loop.execute { connection.value?.assumeIsolated { $0.requestKeyFrame(from: id) } }
    }
    let send: @Sendable (EncodedFrame) -> Void = { frame in
      loop.execute { connection.value?.assumeIsolated { $0.send(frame, on: id) } }
    }
    let (track, feed) = RemoteTrackFeed.makeTrack(
      kind: model.kind == .audio ? .audio : .video, id: model.receiver.trackID, onKeyFrameRequest: requestKeyFrame)
    let receiver = RTCRtpReceiver(
      id: id, track: track, connection: self,
      pipeline: ReceivePipeline(
        feed: feed, codecs: options.codecs, group: codecGroup, onKeyFrameNeeded: requestKeyFrame))
    let sender = RTCRtpSender(
      id: id, kind: model.kind, connection: self,
      pipeline: SendPipeline(kind: model.kind, options: options, group: codecGroup, send: send))
    let transceiver = RTCRtpTransceiver(model, sender: sender, receiver: receiver, connection: self)
    transceiverObjects[id] = transceiver
    return transceiver
  }

  private func requestKeyFrame(from id: TransceiverID) {
    guard !isClosed else { return }
    driver.perform { engine, now in engine.requestKeyFrame(from: id, now: now) }
  }

  private func send(_ frame: EncodedFrame, on id: TransceiverID) {
    guard !isClosed else { return }
    driver.perform { engine, now in _ = engine.send(frame, on: id, now: now) }
    transceiverObjects[id]?.sender.pipeline.heedContentHint()
  }
}

extension MediaStreamTrackKind {
  init(_ kind: MediaStreamTrack.Kind) { self = kind == .audio ? .audio : .video }
}
