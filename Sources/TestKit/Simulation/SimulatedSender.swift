import RTCBase
import RTCJSEP
import RTCPayload

/// A track that a simulated peer sends (`RTCRtpSender`).
public final class SimulatedSender {
  /// Where a track's frames come from.
  public enum Source {
    /// Frames made by the kit: 30 pictures a second at the bitrate that congestion control allows, or 50 packets of sound.
    case synthetic
    /// Frames that a closure makes at each interval while the track can be sent; `nil` skips one. It plays the part of the encoder, and keeps
    /// to the request's bitrate where that matters.
    case frames(every: Duration, (Request) -> SimulatedFrame?)
    /// What `send` is given, and nothing else.
    case manual
  }

  /// What a source's closure is asked for.
  public struct Request: Hashable, Sendable {
    /// The time of the simulation.
    public let time: Duration
    /// What the path has room for, in bits per second.
    public let bitrate: Int
    /// The first frame, or the other side has lost what it needs to decode on.
    public let needsKeyFrame: Bool
  }

  /// Whether it is sound or pictures.
  public let kind: MediaStreamTrackKind
  /// Called when the other side needs a key frame. It may send one.
  public var onKeyFrameRequest: (() -> Void)?

  let id: TransceiverID
  private weak var peer: SimulatedPeer?

  init(_ id: TransceiverID, _ kind: MediaStreamTrackKind, of peer: SimulatedPeer) {
    self.id = id
    self.kind = kind
    self.peer = peer
  }

  /// The m-section; `nil` until it is negotiated.
  public var mid: String? { peer?.engine.jsep.transceiver(id)?.mid }

  /// Whether frames can be sent: negotiated, connected and not switched off.
  public var isActive: Bool { peer?.targets[id]?.isActive ?? false }

  /// What congestion control allows the track, in bits per second; 0 while it is not active.
  public var bitrate: Int { Int(clamping: peer?.targets[id]?.bitrate.bitsPerSecond ?? 0) }

  /// What the application allows the track, in bits per second (`RTCRtpEncodingParameters.maxBitrate`); `nil` for no limit of its own.
  public var maximumBitrate: Int? {
    peer?.engine.jsep.transceiver(id)?.sender.encodings.first?.maxBitrate.map { Int(clamping: $0) }
  }

  /// Sets `maximumBitrate`.
  ///
  /// - Throws: `WebRTCError` when the track was removed for good.
  public func setMaximumBitrate(_ bitsPerSecond: Int?) throws(WebRTCError) {
    try peer?.change { engine, now throws(WebRTCError) in
      guard var encodings = engine.jsep.transceiver(id)?.sender.encodings else { return }
      for index in encodings.indices { encodings[index].maxBitrate = bitsPerSecond.map { .init(clamping: $0) } }
      try engine.updateModel(now: now) { model throws(WebRTCError) in try model.setEncodings(id, encodings) }
    }
  }

  /// Sends a frame now, in virtual time.
  ///
  /// - Returns: `false` when it was refused: nothing is negotiated or connected, or too much waits to be sent already.
  @discardableResult
  public func send(_ frame: SimulatedFrame) -> Bool { peer?.send(frame, on: self) ?? false }
}

/// The frames of a closure, and when the next is due by the peer's own clock.
struct FrameSource {
  let interval: TimeDelta
  let makeFrame: (SimulatedSender.Request) -> SimulatedFrame?
  var next: MonotonicTime
  var needsKeyFrame = true
}
