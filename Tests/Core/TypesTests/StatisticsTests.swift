import Testing
import WebRTCTypes

struct StatisticsTests {
  /// One object of every kind, each with its required members and a few others.
  static let objects: [RTCStats] = {
    var inbound = RTCInboundRtpStreamStats(id: "IN", timestamp: 1.5, ssrc: 1, kind: .video, trackIdentifier: "t")
    inbound.packetsLost = -2
    inbound.bytesReceived = 9_007_199_254_740_991
    inbound.codecId = "CO"
    var outbound = RTCOutboundRtpStreamStats(id: "OT", timestamp: 1.5, ssrc: 2, kind: .audio)
    outbound.qualityLimitationReason = RTCQualityLimitationReason.none
    outbound.qualityLimitationDurations = ["cpu": 0.5]
    var pair = RTCIceCandidatePairStats(
      id: "CP", timestamp: 1.5, transportId: "T", localCandidateId: "L", remoteCandidateId: "R", state: .inProgress)
    pair.nominated = true
    var local = RTCIceCandidateStats(
      id: "L", timestamp: 1.5, isRemote: false, transportId: "T", candidateType: .relay)
    local.relayProtocol = .tls
    local.protocol = .udp
    return [
      .codec(RTCCodecStats(id: "CO", timestamp: 1.5, payloadType: 96, transportId: "T", mimeType: "video/VP8")),
      .inboundRtp(inbound), .outboundRtp(outbound),
      .remoteInboundRtp(RTCRemoteInboundRtpStreamStats(id: "RI", timestamp: 1.5, ssrc: 2, kind: .audio)),
      .remoteOutboundRtp(RTCRemoteOutboundRtpStreamStats(id: "RO", timestamp: 1.5, ssrc: 1, kind: .video)),
      .audioSource(RTCAudioSourceStats(id: "SA", timestamp: 1.5, trackIdentifier: "a")),
      .videoSource(RTCVideoSourceStats(id: "SV", timestamp: 1.5, trackIdentifier: "v")),
      .mediaPlayout(RTCAudioPlayoutStats(id: "AP", timestamp: 1.5)),
      .peerConnection(RTCPeerConnectionStats(id: "P", timestamp: 1.5)),
      .dataChannel(RTCDataChannelStats(id: "D", timestamp: 1.5, state: .open)),
      .transport(RTCTransportStats(id: "T", timestamp: 1.5, dtlsState: .connected)),
      .candidatePair(pair), .localCandidate(local),
      .remoteCandidate(
        RTCIceCandidateStats(id: "R", timestamp: 1.5, isRemote: true, transportId: "T", candidateType: .prflx)),
      .certificate(
        RTCCertificateStats(
          id: "CF", timestamp: 1.5, fingerprint: "AA", fingerprintAlgorithm: "sha-256", base64Certificate: "MA==")),
    ]
  }()

  static let json = [
    #"{"id":"CO","mimeType":"video/VP8","payloadType":96,"timestamp":1.5,"transportId":"T","type":"codec"}"#,
    #"{"bytesReceived":9007199254740991,"codecId":"CO","id":"IN","kind":"video","packetsLost":-2,"ssrc":1,"#
      + #""timestamp":1.5,"trackIdentifier":"t","type":"inbound-rtp"}"#,
    #"{"id":"OT","kind":"audio","qualityLimitationDurations":{"cpu":0.5},"qualityLimitationReason":"none","ssrc":2,"#
      + #""timestamp":1.5,"type":"outbound-rtp"}"#,
    #"{"id":"RI","kind":"audio","ssrc":2,"timestamp":1.5,"type":"remote-inbound-rtp"}"#,
    #"{"id":"RO","kind":"video","ssrc":1,"timestamp":1.5,"type":"remote-outbound-rtp"}"#,
    #"{"id":"SA","kind":"audio","timestamp":1.5,"trackIdentifier":"a","type":"media-source"}"#,
    #"{"id":"SV","kind":"video","timestamp":1.5,"trackIdentifier":"v","type":"media-source"}"#,
    #"{"id":"AP","kind":"audio","timestamp":1.5,"type":"media-playout"}"#,
    #"{"id":"P","timestamp":1.5,"type":"peer-connection"}"#,
    #"{"id":"D","state":"open","timestamp":1.5,"type":"data-channel"}"#,
    #"{"dtlsState":"connected","id":"T","timestamp":1.5,"type":"transport"}"#,
    #"{"id":"CP","localCandidateId":"L","nominated":true,"remoteCandidateId":"R","state":"in-progress","#
      + #""timestamp":1.5,"transportId":"T","type":"candidate-pair"}"#,
    #"{"candidateType":"relay","id":"L","protocol":"udp","relayProtocol":"tls","timestamp":1.5,"transportId":"T","#
      + #""type":"local-candidate"}"#,
    #"{"candidateType":"prflx","id":"R","timestamp":1.5,"transportId":"T","type":"remote-candidate"}"#,
    #"{"base64Certificate":"MA==","fingerprint":"AA","fingerprintAlgorithm":"sha-256","id":"CF","timestamp":1.5,"#
      + #""type":"certificate"}"#,
  ]

  @Test("ST-02…ST-13: each kind of object is the JSON of a browser, both ways", arguments: zip(objects, json))
  func bothWays(stats: RTCStats, text: String) throws {
    #expect(try JSON.text(stats) == text)
    #expect(try JSON.value(text) == stats)
  }

  @Test("ST-01: a report keeps its order, and looks up by id and by kind")
  func lookUp() throws {
    var report = RTCStatsReport(Self.objects)
    #expect(Array(report) == Self.objects)
    #expect(report.ids.first == "CO" && report.count == 15)
    #expect(report["T"]?.type == .transport)
    #expect(report["none"] == nil)
    #expect(report.all(RTCIceCandidateStats.self).map(\.id) == ["L", "R"])
    #expect(report.all(.mediaSource).map(\.id) == ["SA", "SV"])
    let pair = try #require(report.first(RTCIceCandidatePairStats.self))
    #expect(report[pair.localCandidateId, as: RTCIceCandidateStats.self]?.candidateType == .relay)
    #expect(report[pair.localCandidateId, as: RTCCodecStats.self] == nil)
    #expect(report[nil, as: RTCCodecStats.self] == nil)
    report.insert(.peerConnection(RTCPeerConnectionStats(id: "P", timestamp: 2)))
    #expect(report.count == 15)
    #expect(report["P"]?.timestamp == 2)
    #expect(report.ids == Self.objects.map(\.id))
  }

  @Test("ST-01: a report encodes as Object.fromEntries(report), its values as [...report.values()]")
  func reportJSON() throws {
    let report = RTCStatsReport([Self.objects[8], Self.objects[10]])
    #expect(try JSON.text(report) == "{\"P\":\(Self.json[8]),\"T\":\(Self.json[10])}")
    #expect(try JSON.text(report.values) == "[\(Self.json[8]),\(Self.json[10])]")
    #expect(try JSON.value(RTCStatsReport.self, JSON.text(report)) == report)
    #expect(try JSON.value(RTCStatsReport.self, JSON.text(RTCStatsReport(Self.objects))).count == 15)
  }

  @Test("ST-01: what a browser adds of its own does not stand in the way")
  func foreign() throws {
    let text = """
      {"X":{"id":"X","timestamp":1.25,"type":"stream","streamIdentifier":"s"},
       "P":{"id":"P","timestamp":1.25,"type":"peer-connection","dataChannelsOpened":1,"dataChannelsClosed":0,"odd":[1]}}
      """
    let report = try JSON.value(RTCStatsReport.self, text)
    #expect(report.ids == ["P"])
    #expect(report.first(RTCPeerConnectionStats.self)?.dataChannelsOpened == 1)
    #expect(throws: DecodingError.self) { try JSON.value(RTCStats.self, #"{"id":"X","timestamp":1,"type":"stream"}"#) }
  }
}
