/// What can be fuzzed. Each takes any bytes, and must neither trap, hang nor grow.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case stun, sdp, rtp, rtcp, srtp, vp8, opus, decoders, json, sctp, engine

  package func run(_ input: [UInt8]) {
    switch self {
    case .stun: fuzzSTUN(input)
    case .sdp: fuzzSDP(input)
    case .rtp: fuzzRTP(input)
    case .rtcp: fuzzRTCP(input)
    case .srtp: fuzzSRTP(input)
    case .vp8: fuzzVP8(input)
    case .opus: fuzzOpus(input)
    case .decoders: fuzzDecoders(input)
    case .json: fuzzJSON(input)
    case .sctp: fuzzAssociation(input)
    case .engine: fuzzEngine(input)
    }
  }
}
