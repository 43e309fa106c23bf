import Foundation
import Testing
import WebRTC

@Suite("Statistics of a call over loopback sockets", .timeLimit(.minutes(1)))
struct StatsTests {
  /// A call with pictures and sound both ways, decoded at both ends.
  private static func withCall(
    _ body: (LoopbackCall, _ tracks: [MediaStreamTrack]) async throws -> Void
  ) async throws {
    let call = try LoopbackCall()
    let feeders = [Feeder(), Feeder()]
    let tasks = feeders.map { feeder in Task { await feeder.run() } }
    defer { tasks.forEach { $0.cancel() } }
    for (connection, feeder) in zip([call.caller, call.callee], feeders) {
      try await connection.addTrack(feeder.video.track)
      try await connection.addTrack(feeder.audio.track)
    }
    try await call.negotiate()
    for connection in [call.caller, call.callee] {
      _ = try await Self.report(of: connection) { report in
        let inbound = report.all(RTCInboundRtpStreamStats.self)
        return inbound.contains { $0.framesDecoded ?? 0 > 20 } && inbound.contains { $0.totalAudioEnergy ?? 0 > 0 }
      }
    }
    try await body(call, [feeders[0].video.track, feeders[0].audio.track])
    await call.close()
  }

  /// The first report of which `isDone` holds; the suite's time limit ends the wait.
  private static func report(
    of connection: RTCPeerConnection, when isDone: (RTCStatsReport) -> Bool
  ) async throws -> RTCStatsReport {
    while true {
      let report = await connection.getStats()
      if isDone(report) { return report }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test("ST-03, ST-04, ST-07: encoders, decoders and tracks are in the report, linked")
  func media() async throws {
    try await Self.withCall { call, tracks in
      let report = await call.caller.getStats()
      for stream in report.all(RTCOutboundRtpStreamStats.self) {
        let source = try #require(stream.mediaSourceId.flatMap { report[$0] })
        switch source {
        case .videoSource(let source):
          #expect(source.trackIdentifier == tracks[0].id)
          #expect(source.width == 320 && source.height == 240)
          #expect(try #require(source.frames) > 20 && #require(source.framesPerSecond) > 0)
          #expect(try #require(stream.framesEncoded) > 20 && #require(stream.keyFramesEncoded) >= 1)
          #expect(try #require(stream.framesEncoded) >= #require(stream.framesSent))
          #expect(stream.frameWidth == 320 && stream.frameHeight == 240)
          #expect(try #require(stream.framesPerSecond) > 0 && #require(stream.totalEncodeTime) > 0)
          #expect(try #require(stream.qpSum) > 0 && #require(stream.targetBitrate) > 0)
          #expect(stream.qualityLimitationReason == RTCQualityLimitationReason.none)
          #expect(try #require(stream.qualityLimitationDurations?["none"]) > 0)
          #expect(stream.encoderImplementation == "libvpx")
        case .audioSource(let source):
          #expect(source.trackIdentifier == tracks[1].id)
          #expect(try #require(source.audioLevel) > 0.1 && #require(source.totalAudioEnergy) > 0)
          #expect(try #require(source.totalSamplesDuration) > 0.2)
          #expect(stream.framesEncoded == nil)
        default: Issue.record("\(source.type) is no media source")
        }
        #expect(report[stream.codecId, as: RTCCodecStats.self] != nil)
      }
      #expect(report.all(.outboundRtp).count == 2 && report.all(.mediaSource).count == 2)
      for stream in report.all(RTCInboundRtpStreamStats.self) {
        let track = try #require(call.caller.receivers.map(\.track).first { $0.id == stream.trackIdentifier })
        #expect(track.kind.rawValue == stream.kind.rawValue)
        if stream.kind == .video {
          #expect(try #require(stream.framesDecoded) > 20 && #require(stream.keyFramesDecoded) >= 1)
          #expect(stream.frameWidth == 320 && stream.framesDropped != nil && stream.totalAudioEnergy == nil)
          #expect(try #require(stream.totalDecodeTime) > 0 && #require(stream.framesPerSecond) > 0)
        } else {
          // The tone is of a quarter of full scale; what a busy machine is late with is concealed, and softer.
          let energy = try #require(stream.totalAudioEnergy) / #require(stream.totalSamplesDuration)
          #expect(energy.squareRoot() > 0.005 && energy.squareRoot() < 0.3)
          #expect((0...1).contains(try #require(stream.audioLevel)))
          #expect(try #require(stream.totalSamplesDuration) > 0 && #require(stream.totalSamplesReceived) > 0)
          #expect(stream.concealedSamples != nil && stream.framesDecoded == nil)
        }
      }
      #expect(report.all(.inboundRtp).count == 2)
    }
  }

  @Test("ST-10, ST-13: DTLS, SRTP and certificates by their registered names")
  func security() async throws {
    try await Self.withCall { call, _ in
      let report = await call.caller.getStats()
      let transport = try #require(report.first(RTCTransportStats.self))
      #expect(transport.tlsVersion == "FEFD")
      #expect(transport.dtlsCipher?.hasPrefix("TLS_ECDHE_ECDSA_WITH_") == true)
      #expect(transport.srtpCipher == "SRTP_AEAD_AES_128_GCM")
      let theirs = await call.callee.getStats()
      let peer = try #require(theirs.first(RTCTransportStats.self))
      #expect(Set([transport.dtlsRole, peer.dtlsRole]) == [.client, .server])
      let certificate = try #require(report[transport.remoteCertificateId, as: RTCCertificateStats.self])
      let same = try #require(theirs[peer.localCertificateId, as: RTCCertificateStats.self])
      #expect(certificate.fingerprint == same.fingerprint && certificate.base64Certificate == same.base64Certificate)
      #expect(Data(base64Encoded: certificate.base64Certificate) != nil)
      #expect(call.callee.localDescription?.sdp.contains(certificate.fingerprint) == true)
    }
  }

  @Test("ST-01: a track, a sender and a receiver select their streams and what these use")
  func selection() async throws {
    try await Self.withCall { call, tracks in
      let sent = try await call.caller.getStats(for: tracks[0])
      #expect(sent.all(.outboundRtp).count == 1 && sent.all(.inboundRtp).isEmpty)
      #expect(sent.first(RTCOutboundRtpStreamStats.self)?.kind == .video)
      for type in [RTCStatsType.codec, .transport, .candidatePair, .localCandidate, .remoteCandidate, .mediaSource] {
        #expect(!sent.all(type).isEmpty, "\(type)")
      }
      #expect(sent.all(.certificate).count == 2 && sent.all(.peerConnection).isEmpty && sent.all(.codec).count == 1)
      let sender = try #require(call.caller.senders.first { $0.track === tracks[0] })
      #expect(await sender.getStats().ids == sent.ids)

      let receiver = try #require(call.caller.receivers.first { $0.track.kind == .audio })
      let received = try await call.caller.getStats(for: receiver.track)
      #expect(received.all(.inboundRtp).count == 1 && received.all(.outboundRtp).isEmpty)
      #expect(received.first(RTCInboundRtpStreamStats.self)?.trackIdentifier == receiver.track.id)
      #expect(await receiver.getStats().ids == received.ids)

      let stranger = VideoTrackGenerator().track
      await #expect(throws: WebRTCError.self) { try await call.caller.getStats(for: stranger) }
      do {
        _ = try await call.caller.getStats(for: stranger)
      } catch let error as WebRTCError {
        #expect(error.name == "InvalidAccessError")
      }
      let transceiver = try await call.caller.addTransceiver(.video)
      try await transceiver.sender.replaceTrack(tracks[0])
      await #expect(throws: WebRTCError.self) { try await call.caller.getStats(for: tracks[0]) }
    }
  }

  @Test("ST-17: the report of a closed connection is its last")
  func closed() async throws {
    try await Self.withCall { call, tracks in
      let open = await call.caller.getStats()
      await call.caller.close()
      let closed = await call.caller.getStats()
      #expect(Set(open.ids).isSubset(of: closed.ids))
      #expect(closed.first(RTCTransportStats.self)?.dtlsState == .closed)
      for stream in open.all(RTCInboundRtpStreamStats.self) {
        let last = try #require(closed[stream.id, as: RTCInboundRtpStreamStats.self])
        #expect(try #require(last.packetsReceived) >= #require(stream.packetsReceived))
        #expect(last.timestamp >= stream.timestamp)
        if stream.kind == .video { #expect(try #require(last.framesDecoded) >= #require(stream.framesDecoded)) }
      }
      #expect(await call.caller.getStats() == closed)
      #expect(try await call.caller.getStats(for: tracks[0]).all(.outboundRtp).count == 1)
    }
  }

  @Test("ST-01: a report is a browser's JSON, there and back")
  func json() async throws {
    try await Self.withCall { call, _ in
      let report = await call.caller.getStats()
      let data = try JSONEncoder().encode(report)
      let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
      #expect(Set(object.keys) == Set(report.ids))
      for (id, member) in object {
        #expect(member["id"] as? String == id)
        #expect(member["type"] is String && member["timestamp"] is Double)
      }
      let types = Set(object.values.compactMap { $0["type"] as? String })
      #expect(
        types.isSuperset(of: [
          "codec", "inbound-rtp", "outbound-rtp", "media-source", "peer-connection", "transport", "candidate-pair",
          "local-candidate", "remote-candidate", "certificate",
        ]))
      let decoded = try JSONDecoder().decode(RTCStatsReport.self, from: data)
      #expect(Set(decoded.ids) == Set(report.ids))
      #expect(decoded.first(RTCTransportStats.self) == report.first(RTCTransportStats.self))
    }
  }

  @Test("Diagnostics count what passed the sockets, and nothing dropped in a healthy call")
  func diagnostics() async throws {
    try await Self.withCall { call, _ in
      let diagnostics = await call.caller.diagnostics()
      let transport = try #require(diagnostics.transports.first)
      #expect(transport.id == (await call.caller.getStats()).first(RTCTransportStats.self)?.id)
      #expect(transport.rejected == 0 && transport.malformed == 0 && transport.unknown == 0)
      #expect(transport.stunOverflowed == 0 && transport.roleConflicts == 0 && transport.migrations == 0)
      #expect(transport.dtlsFailure == nil)
      #expect(!diagnostics.ports.isEmpty && diagnostics.ports.contains { $0.sent > 50 && $0.received > 50 })
      #expect(diagnostics.datagramsOverflowed == 0 && diagnostics.eventsOverflowed == 0)
      #expect(!diagnostics.wakeUps.isEmpty)
    }
  }
}
