import RTCBase
import RTCEngine
import RTCICE
import RTCJSEP
import RTCSecurity
import WebRTCTypes

/// An engine with the least around it that makes it go: one address, and counts of what it said.
final class MemoryPeer {
  let address: TransportAddress
  var engine: PeerEngine
  private(set) var transceivers: [TransceiverID] = []
  private(set) var frames = 0
  private var candidates: [RTCIceCandidateInit] = []

  init(
    host: UInt8, certificate: any LocalCertificate, crypto: any CryptoProvider, bitrate: Bitrate,
    profiles: [SRTPProfile], now: MonotonicTime
  ) {
    address = TransportAddress(IPAddress(v4: 10, 0, 0, host), port: 5_000)
    engine = BenchmarkEngine.make(
      certificate: certificate, crypto: crypto, bitrate: bitrate, profiles: profiles, random: .seeded(UInt64(host)),
      wallClock: WallClock(nanosecondsSince1970: 1_790_000_000_000_000_000, at: .zero), now: now)
  }

  func addTrack(_ kind: MediaStreamTrackKind, now: MonotonicTime) throws {
    transceivers.append(try BenchmarkEngine.addTrack(kind, to: &engine, now: now))
  }

  /// - Returns: whether there were any.
  @discardableResult
  func takeEvents(now: MonotonicTime) -> Bool {
    var hasTaken = false
    while let event = engine.pollEvent() {
      hasTaken = true
      switch event {
      case .videoFrame: frames += 1
      case .gatheringNeeded(let transport, _):
        engine.addLocalAddress(address, interface: ICEInterface(name: "eth0"), transport: transport, now: now)
        engine.localAddressesComplete(transport: transport, now: now)
      case .candidate(let candidate, _): candidates.append(RTCIceCandidateInit(candidate))
      default: break
      }
    }
    return hasTaken
  }

  func takeCandidates() -> [RTCIceCandidateInit] {
    defer { candidates.removeAll() }
    return candidates
  }
}

extension RTCIceCandidateInit {
  /// What signalling carries of a candidate.
  init(_ candidate: RTCIceCandidate) {
    self.init(
      candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex,
      usernameFragment: candidate.usernameFragment)
  }
}
