import RTCBase
import RTCPayload

/// An encoded frame that a test sends: a picture of VP8, or a packet of Opus.
///
/// The engine reads no more of it than packets need, so that `carrying` makes frames of any bytes without an encoder.
public struct SimulatedFrame: Hashable, Sendable {
  /// The codec's bytes.
  public var bytes: [UInt8]
  /// Whether decoding can begin here. Sound always can.
  public var isKeyFrame: Bool
  /// When it was captured, in virtual time since the start: RTP timestamps follow it. `nil` for the time at which it is sent.
  public var captureTime: Duration?

  /// What an encoder made.
  public init(_ bytes: [UInt8], isKeyFrame: Bool = true, captureTime: Duration? = nil) {
    self.bytes = bytes
    self.isKeyFrame = isKeyFrame
    self.captureTime = captureTime
  }

  /// A picture that holds any bytes behind VP8's frame header (RFC 6386 §9.1).
  public static func picture(carrying payload: [UInt8], isKeyFrame: Bool) -> SimulatedFrame {
    SimulatedFrame(SyntheticVideo.header(isKeyFrame: isKeyFrame) + payload, isKeyFrame: isKeyFrame)
  }

  /// 20 ms of sound that hold any bytes behind Opus's first (RFC 6716 §3.1).
  public static func sound(carrying payload: [UInt8]) -> SimulatedFrame {
    SimulatedFrame([SyntheticAudio.header] + payload)
  }
}

extension SimulatedPeer {
  /// A frame that arrived: whole, in order, and at the time at which a decoder would take it.
  public struct ReceivedFrame: Hashable, Sendable {
    /// Whether it is sound or a picture.
    public let kind: MediaStreamTrackKind
    /// The m-section that it came in, as `RTCRtpTransceiver.mid`.
    public let mid: String?
    /// Such as `video/VP8`.
    public let mimeType: String
    /// The codec's bytes.
    public let bytes: [UInt8]
    /// Whether decoding can begin here.
    public let isKeyFrame: Bool
    /// When it was due, in virtual time since the start.
    public let time: Duration
    /// On its sender's RTP clock.
    public let rtpTimestamp: UInt32

    /// What `SimulatedFrame.picture(carrying:isKeyFrame:)` or `sound(carrying:)` put into it.
    public var payload: [UInt8] {
      Array(bytes.dropFirst(kind == .audio ? 1 : SyntheticVideo.header(isKeyFrame: isKeyFrame).count))
    }
  }
}
