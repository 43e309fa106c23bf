import Testing
import WebRTCTypes

struct EnumTests {
  private func values<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) -> [String] {
    type.allCases.map(\.rawValue).sorted()
  }

  @Test("PC-10: every enumeration has the values of the specification")
  func values() {
    #expect(values(RTCSdpType.self) == ["answer", "offer", "pranswer", "rollback"])
    #expect(
      values(RTCSignalingState.self) == [
        "closed", "have-local-offer", "have-local-pranswer", "have-remote-offer", "have-remote-pranswer", "stable",
      ])
    #expect(values(RTCIceGatheringState.self) == ["complete", "gathering", "new"])
    #expect(
      values(RTCPeerConnectionState.self) == ["closed", "connected", "connecting", "disconnected", "failed", "new"])
    let iceStates = ["checking", "closed", "completed", "connected", "disconnected", "failed", "new"]
    #expect(values(RTCIceConnectionState.self) == iceStates)
    #expect(values(RTCIceTransportState.self) == iceStates)
    #expect(values(RTCDtlsTransportState.self) == ["closed", "connected", "connecting", "failed", "new"])
    #expect(values(RTCDataChannelState.self) == ["closed", "closing", "connecting", "open"])
    #expect(values(RTCSctpTransportState.self) == ["closed", "connected", "connecting"])
    #expect(
      values(RTCRtpTransceiverDirection.self) == ["inactive", "recvonly", "sendonly", "sendrecv", "stopped"])
    #expect(values(RTCBundlePolicy.self) == ["balanced", "max-bundle", "max-compat"])
    #expect(values(RTCIceTransportPolicy.self) == ["all", "relay"])
    #expect(values(RTCRtcpMuxPolicy.self) == ["require"])
    #expect(values(RTCIceCandidateType.self) == ["host", "prflx", "relay", "srflx"])
    #expect(values(RTCPriorityType.self) == ["high", "low", "medium", "very-low"])
    #expect(
      values(RTCErrorDetailType.self) == [
        "data-channel-failure", "dtls-failure", "fingerprint-failure", "hardware-encoder-error",
        "hardware-encoder-not-available", "sctp-failure", "sdp-syntax-error",
      ])
    #expect(
      values(RTCStatsType.self) == [
        "candidate-pair", "certificate", "codec", "data-channel", "inbound-rtp", "local-candidate", "media-playout",
        "media-source", "outbound-rtp", "peer-connection", "remote-candidate", "remote-inbound-rtp",
        "remote-outbound-rtp", "transport",
      ])
    #expect(
      values(RTCStatsIceCandidatePairState.self) == ["failed", "frozen", "in-progress", "succeeded", "waiting"])
  }
}
