import RTCBase
import RTCCongestion
import RTCEngine

extension SimulatedPeer {
  /// What a peer is made with.
  public struct Configuration: Hashable, Sendable {
    /// Where the estimate of the path's rate begins, in bits per second. Default 1,200,000.
    public var startBitrate = 1_200_000
    /// The estimate never falls below this, in bits per second. Default 50,000.
    public var minimumBitrate = 50_000
    /// The estimate never rises above this, in bits per second. Default 20,000,000. Fewer packets make a simulation faster.
    public var maximumBitrate = 20_000_000
    /// UDP payloads have so many bytes at most, from 256 to 1,472. Default 1,200.
    public var maximumDatagramSize = 1_200
    /// How media shares transports (webrtc-pc §4.2.5). Default `balanced`.
    public var bundlePolicy = RTCBundlePolicy.balanced
    /// Whether the peer is the DTLS server as an answerer. Default `false`, as RFC 8842 §5.3 recommends.
    public var prefersDTLSServerRole = false

    /// The defaults, but for rates in bits per second.
    public init(startBitrate: Int = 1_200_000, maximumBitrate: Int = 20_000_000) {
      self.startBitrate = startBitrate
      self.maximumBitrate = maximumBitrate
    }

    func apply(to configuration: inout EngineConfiguration) {
      func rate(_ bitsPerSecond: Int) -> Bitrate { Bitrate(bitsPerSecond: Int64(bitsPerSecond)) }
      configuration.bitrateLimits = BitrateLimits(
        minimum: rate(minimumBitrate), start: rate(startBitrate), maximum: rate(maximumBitrate))
      configuration.maximumDatagramSize = max(256, min(1_472, maximumDatagramSize))
      configuration.jsep.bundlePolicy = bundlePolicy
      configuration.jsep.preferredDTLSServerWhenAnswering = prefersDTLSServerRole
      configuration.jsep.supportsDataChannels = true
    }
  }
}
