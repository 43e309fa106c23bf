import RTCBase
import RTCEngine
import RTCJSEP
import RTCTestKit
import Testing
import WebRTCTypes

@testable import RTCEngine

@Suite("Statistics of engines in memory")
struct StatisticsTests {
  /// Audio and video both ways, at a bitrate that keeps the simulation short.
  private func makeCall(
    seed: UInt64 = 1, impairments: NetworkImpairments = .init(delay: .milliseconds(25))
  ) throws -> (Simulation, caller: SimulatedPeer, callee: SimulatedPeer) {
    let simulation = Simulation(seed: seed, impairments: impairments)
    let limit: (inout EngineConfiguration) -> Void = { $0.bitrateLimits = .init(maximum: .kilobitsPerSecond(500)) }
    let caller = simulation.addPeer("caller", configure: limit)
    let callee = simulation.addPeer("callee", configure: limit)
    for peer in [caller, callee] {
      for kind in [MediaStreamTrackKind.audio, .video] {
        let id = try peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
          try model.addTrack(kind, trackID: "\(peer.name)-\(kind)", streamIDs: [peer.name])
        }
        peer.attachSource(to: id, now: simulation.now)
      }
    }
    try simulation.negotiate(caller, callee)
    return (simulation, caller, callee)
  }

  private func report(_ peer: SimulatedPeer, _ simulation: Simulation) -> RTCStatsReport {
    peer.engine.makeStatistics(now: simulation.now).report
  }

  @Test("ST-02…ST-13: a call has every object, linked, with its mandatory members")
  func mandatoryMembers() throws {
    let (simulation, caller, callee) = try makeCall()
    simulation.run(for: .seconds(8))
    for peer in [caller, callee] {
      let report = report(peer, simulation)
      try checkStreams(report)
      try checkPath(report)
      #expect(report.first(RTCPeerConnectionStats.self)?.dataChannelsOpened == 0)
      #expect(Set(report.ids).count == report.count)
      let now = 1_790_000_000_000 + (simulation.now - .zero).milliseconds
      #expect(report.allSatisfy { $0.timestamp <= now + 0.01 && $0.timestamp > now - 10_000 })
    }
  }

  private func checkStreams(_ report: RTCStatsReport) throws {
    let outbound = report.all(RTCOutboundRtpStreamStats.self)
    #expect(outbound.map(\.kind) == [.audio, .video])
    for stream in outbound {
      let codec = try #require(report[stream.codecId, as: RTCCodecStats.self])
      #expect(codec.mimeType == (stream.kind == .audio ? "audio/opus" : "video/VP8"))
      #expect(codec.clockRate == (stream.kind == .audio ? 48_000 : 90_000))
      #expect(codec.channels == (stream.kind == .audio ? 2 : nil))
      #expect((codec.sdpFmtpLine != nil) == (stream.kind == .audio))
      #expect(report[stream.transportId, as: RTCTransportStats.self]?.id == codec.transportId)
      #expect(try #require(stream.packetsSent) > 250)
      #expect(try #require(stream.bytesSent) > 20_000)
      #expect(stream.nackCount != nil && stream.mid != nil && stream.active == true)
      #expect(try #require(stream.targetBitrate) > 16_000)
      if stream.kind == .video { #expect(try #require(stream.framesSent) > 200) }
      let remote = try #require(report[stream.remoteId, as: RTCRemoteInboundRtpStreamStats.self])
      #expect(remote.localId == stream.id && remote.ssrc == stream.ssrc)
      #expect(remote.codecId == codec.id && remote.transportId == stream.transportId)
      #expect(remote.packetsLost == 0 && remote.fractionLost == 0)
      #expect(try #require(remote.packetsReceived) > 100)
      #expect(try #require(remote.jitter) < 0.02)
      #expect(remote.roundTripTimeMeasurements != 0)
    }
    let inbound = report.all(RTCInboundRtpStreamStats.self)
    #expect(inbound.map(\.kind) == [.audio, .video])
    for stream in inbound {
      #expect(!stream.trackIdentifier.isEmpty && stream.mid != nil)
      let codec = try #require(report[stream.codecId, as: RTCCodecStats.self])
      #expect(codec.mimeType == (stream.kind == .audio ? "audio/opus" : "video/VP8"))
      #expect(try #require(stream.packetsReceived) > 250)
      #expect(stream.packetsLost == 0)
      #expect(stream.packetsDiscarded == 0)
      #expect(stream.nackCount == 0)
      #expect(try #require(stream.jitter) < 0.02)
      #expect(try #require(stream.bytesReceived) > 20_000)
      #expect(stream.lastPacketReceivedTimestamp != nil && stream.estimatedPlayoutTimestamp != nil)
      if stream.kind == .video {
        #expect(try #require(stream.framesReceived) > 200)
        #expect(stream.frameWidth == 1_280 && stream.frameHeight == 720)
      } else {
        #expect(try #require(stream.totalSamplesReceived) > 7 * 48_000)
        #expect(stream.concealedSamples != nil)
      }
      let remote = try #require(report[stream.remoteId, as: RTCRemoteOutboundRtpStreamStats.self])
      #expect(remote.localId == stream.id && remote.ssrc == stream.ssrc)
      #expect(try #require(remote.packetsSent) > 100)
      #expect(try #require(remote.bytesSent) > 8_000)
      // Both wall clocks are the simulation's: a report arrives 25 ms after it was made.
      #expect(abs(remote.timestamp - (try #require(remote.remoteTimestamp)) - 25) < 15)
    }
  }

  private func checkPath(_ report: RTCStatsReport) throws {
    let transport = try #require(report.first(RTCTransportStats.self))
    #expect(transport.dtlsState == .connected && transport.iceState == .completed)
    #expect(transport.tlsVersion == "FEFD" && transport.srtpCipher == "SRTP_AEAD_AES_128_GCM")
    #expect(transport.dtlsCipher != nil && transport.tlsGroup != nil)
    #expect(transport.dtlsRole == .client || transport.dtlsRole == .server)
    #expect(transport.iceRole != .unknown && transport.iceLocalUsernameFragment != nil)
    #expect(try #require(transport.selectedCandidatePairChanges) >= 1)
    for id in [transport.localCertificateId, transport.remoteCertificateId] {
      let certificate = try #require(report[id, as: RTCCertificateStats.self])
      #expect(certificate.fingerprintAlgorithm == "sha-256" && certificate.fingerprint.count == 95)
      #expect(certificate.base64Certificate.count == (286 + 2) / 3 * 4)
    }
    #expect(transport.localCertificateId != transport.remoteCertificateId)

    let pair = try #require(report[transport.selectedCandidatePairId, as: RTCIceCandidatePairStats.self])
    #expect(pair.transportId == transport.id && pair.state == .succeeded && pair.nominated == true)
    #expect(pair.packetsSent == transport.packetsSent && pair.bytesSent == transport.bytesSent)
    #expect(try #require(pair.packetsReceived) > 500)
    #expect(try #require(pair.bytesReceived) <= #require(transport.bytesReceived))
    #expect(try #require(pair.responsesReceived) > 0)
    #expect(try #require(pair.totalRoundTripTime) > 0)
    #expect(try #require(pair.availableOutgoingBitrate) > 100_000)
    for (id, isRemote) in [(pair.localCandidateId, false), (pair.remoteCandidateId, true)] {
      let candidate = try #require(report[id, as: RTCIceCandidateStats.self])
      #expect(candidate.type == (isRemote ? .remoteCandidate : .localCandidate))
      #expect(candidate.address?.hasPrefix("10.0.0.") == true && candidate.port == 5_000)
      #expect(candidate.protocol == .udp && candidate.candidateType == .host)
      #expect(candidate.priority != nil && candidate.foundation != nil && candidate.usernameFragment != nil)
      #expect(candidate.transportId == transport.id)
    }
  }

  @Test("ST-18: what one side sent is what the other received, lost and has under way")
  func conservation() throws {
    let (simulation, caller, callee) = try makeCall()
    simulation.run(for: .seconds(5))
    try checkConservation(from: caller, to: callee, simulation)
    try checkConservation(from: callee, to: caller, simulation)
  }

  private func checkConservation(
    from sender: SimulatedPeer, to receiver: SimulatedPeer, _ simulation: Simulation
  ) throws {
    let inFlight: UInt64 = 60
    let sent = report(sender, simulation).all(RTCOutboundRtpStreamStats.self)
    let received = report(receiver, simulation).all(RTCInboundRtpStreamStats.self)
    for out in sent {
      let match = try #require(received.first { $0.ssrc == out.ssrc })
      let arrived = try #require(match.packetsReceived) + UInt64(try #require(match.packetsLost))
      let packets = try #require(out.packetsSent)
      #expect(arrived <= packets && packets - arrived < inFlight)
      #expect(try #require(match.bytesReceived) <= #require(out.bytesSent))
      #expect(try #require(match.headerBytesReceived) <= #require(out.headerBytesSent))
    }
    // All that was sent over the path, and nothing else, has come over it but for what is under way.
    let out = try #require(report(sender, simulation).first(RTCTransportStats.self))
    let into = try #require(report(receiver, simulation).first(RTCTransportStats.self))
    let difference = try Int64(#require(out.packetsSent)) - Int64(#require(into.packetsReceived))
    #expect(difference >= 0 && difference < Int64(inFlight))
  }

  @Test("ST-18: packets in statistics are conserved at 5 % loss")
  func conservationUnderLoss() throws {
    let (simulation, caller, callee) = try makeCall(impairments: .init(delay: .milliseconds(25), loss: 0.05))
    simulation.run(for: .seconds(10))
    let sent = report(caller, simulation).all(RTCOutboundRtpStreamStats.self)
    let received = report(callee, simulation).all(RTCInboundRtpStreamStats.self)
    var totals: (sent: Double, arrived: Double) = (0, 0)
    for out in sent {
      let match = try #require(received.first { $0.ssrc == out.ssrc })
      // Packets of the media stream alone: losses are counted there.
      let original = try #require(out.packetsSent) - #require(out.retransmittedPacketsSent)
      let lost = try #require(match.packetsLost)
      #expect(lost > 0)
      #expect(abs(Double(lost) / Double(original) - 0.05) < 0.03)
      totals.sent += Double(try #require(out.packetsSent))
      totals.arrived += Double(try #require(match.packetsReceived))
      if out.kind == .video {
        #expect(try #require(out.nackCount) > 0 && #require(match.nackCount) >= #require(out.nackCount))
        #expect(try #require(match.retransmittedPacketsReceived) > 0)
        #expect(try #require(match.retransmittedPacketsReceived) <= #require(out.retransmittedPacketsSent))
        #expect(match.rtxSsrc == out.rtxSsrc)
      }
      let remote = try #require(
        report(caller, simulation)[out.remoteId, as: RTCRemoteInboundRtpStreamStats.self])
      #expect(abs(Double(try #require(remote.packetsLost)) / Double(lost) - 1) < 0.5)
    }
    // Lost retransmissions are in no `packetsLost`, but the whole share is the link's.
    #expect(abs(1 - totals.arrived / totals.sent - 0.05) < 0.02)
  }

  @Test("ST-05, ST-11: round trips are the path's", arguments: [10, 40, 120])
  func roundTrip(delay: Int64) throws {
    let (simulation, caller, _) = try makeCall(impairments: .init(delay: .milliseconds(delay)))
    simulation.run(for: .seconds(8))
    let report = report(caller, simulation)
    let expected = 2 * Double(delay) / 1_000
    let transport = try #require(report.first(RTCTransportStats.self))
    let pair = try #require(report[transport.selectedCandidatePairId, as: RTCIceCandidatePairStats.self])
    #expect(abs(try #require(pair.currentRoundTripTime) - expected) < 0.005)
    let mean = try #require(pair.totalRoundTripTime) / Double(try #require(pair.responsesReceived))
    #expect(abs(mean - expected) < 0.01)
    for remote in report.all(RTCRemoteInboundRtpStreamStats.self) {
      #expect(abs(try #require(remote.roundTripTime) - expected) < 0.01)
      let measurements = Double(try #require(remote.roundTripTimeMeasurements))
      #expect(measurements >= 1)
      #expect(abs(try #require(remote.totalRoundTripTime) / measurements - expected) < 0.02)
    }
  }

  @Test("ST-01: identifiers stay, timestamps and counters never go back")
  func stability() throws {
    let (simulation, caller, _) = try makeCall(impairments: .init(delay: .milliseconds(25), loss: 0.02))
    simulation.run(for: .seconds(2))
    var before = report(caller, simulation)
    for _ in 0..<5 {
      simulation.run(for: .seconds(1))
      let after = report(caller, simulation)
      for old in before {
        let new = try #require(after[old.id], "\(old.id) is gone")
        #expect(new.type == old.type && new.timestamp >= old.timestamp)
        switch (old, new) {
        case (.outboundRtp(let old), .outboundRtp(let new)):
          #expect(try #require(new.packetsSent) > #require(old.packetsSent))
        case (.inboundRtp(let old), .inboundRtp(let new)):
          #expect(try #require(new.packetsReceived) > #require(old.packetsReceived))
        case (.transport(let old), .transport(let new)):
          #expect(new.selectedCandidatePairId == old.selectedCandidatePairId)
        default: break
        }
      }
      before = after
    }
  }

  @Test("ST-17: streams appear when they are negotiated and when packets come, and stay after close")
  func lifetime() throws {
    let (simulation, caller, callee) = try makeCall()
    let fresh = report(caller, simulation)
    #expect(fresh.all(.outboundRtp).isEmpty && fresh.all(.inboundRtp).isEmpty && fresh.all(.codec).isEmpty)
    #expect(fresh.first(RTCTransportStats.self)?.dtlsState == .new)
    // Offer and answer are through, but no packet is.
    simulation.run(for: .milliseconds(45))
    #expect(caller.engine.jsep.signalingState == .stable)
    let negotiated = report(caller, simulation)
    #expect(negotiated.all(.outboundRtp).count == 2 && negotiated.all(.inboundRtp).isEmpty)
    #expect(negotiated.all(.remoteInboundRtp).isEmpty && negotiated.all(.remoteOutboundRtp).isEmpty)
    simulation.run(for: .seconds(5))
    let open = report(caller, simulation)
    #expect(open.all(.inboundRtp).count == 2)

    caller.engine.close(now: simulation.now)
    let closed = report(caller, simulation)
    #expect(closed.ids == open.ids)
    #expect(closed.first(RTCTransportStats.self)?.dtlsState == .closed)
    #expect(closed.first(RTCTransportStats.self)?.iceState == .closed)
    for stream in open.all(RTCInboundRtpStreamStats.self) {
      #expect(closed[stream.id, as: RTCInboundRtpStreamStats.self]?.packetsReceived == stream.packetsReceived)
    }
    simulation.run(for: .seconds(2))
    #expect(report(caller, simulation) == closed)
    // The callee was told: its transport has ended too, and its counters stand.
    #expect(report(callee, simulation).first(RTCTransportStats.self)?.dtlsState == .closed)
    #expect(report(callee, simulation).all(.outboundRtp).count == 2)
  }

  @Test(
    "ST-17, RP-22: a stream that pauses by its direction goes on with its numbers and counters", arguments: [1, 2, 3])
  func pause(seed: UInt64) throws {
    let (simulation, caller, callee) = try makeCall(seed: seed)
    simulation.run(for: .seconds(2))
    let before = report(caller, simulation).all(RTCOutboundRtpStreamStats.self)
    #expect(before.count == 2)
    for direction in [RTCRtpTransceiverDirection.recvonly, .sendrecv] {
      try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
        for transceiver in model.transceivers { try model.setDirection(transceiver.id, direction) }
      }
      try simulation.negotiate(caller, callee)
      simulation.run(for: .seconds(1))
      let during = report(caller, simulation).all(RTCOutboundRtpStreamStats.self)
      #expect(during.map(\.id) == before.map(\.id))
      for (old, new) in zip(before, during) { #expect(try #require(new.packetsSent) >= #require(old.packetsSent)) }
      #expect(during.allSatisfy { ($0.codecId != nil) == (direction == .sendrecv) })
    }
    let shown = callee.videoFrames.count
    simulation.run(for: .seconds(2))
    #expect(callee.videoFrames.count > shown + 50)
    #expect(callee.brokenFrames == 0)
    let after = report(caller, simulation).all(RTCOutboundRtpStreamStats.self)
    for (old, new) in zip(before, after) {
      #expect(try #require(new.packetsSent) > #require(old.packetsSent) + 80)
      let peer = try #require(
        report(callee, simulation).all(RTCInboundRtpStreamStats.self).first { $0.ssrc == new.ssrc })
      #expect(try #require(peer.packetsLost) == 0)
    }
    #expect(callee.engine.makeDiagnostics().transports.allSatisfy { $0.media.rejected == 0 })
  }

  @Test("What a stranger sends is counted where it was dropped")
  func diagnostics() throws {
    let (simulation, caller, _) = try makeCall()
    simulation.run(for: .seconds(2))
    let before = try #require(caller.engine.makeDiagnostics().transports.first)
    // Nothing of the peer's was dropped, not even what came in one batch with the end of its handshake.
    #expect(before.datagrams.keylessDrops == 0)
    #expect(before.datagrams.unvalidatedDrops == 0 && before.media.rejected == 0 && before.dtlsFailure == nil)
    let local = caller.addresses[0]
    let peer = TransportAddress(IPAddress(v4: 10, 0, 0, 2), port: 5_000)
    let stranger = TransportAddress(IPAddress(v4: 10, 0, 0, 99), port: 4_000)
    func send(_ bytes: [UInt8], from address: TransportAddress) {
      bytes.withRawSpan { caller.engine.handle($0, from: address, to: local, now: simulation.now) }
    }
    let rtp: [UInt8] = [0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9] + [UInt8](repeating: 7, count: 40)
    send(rtp, from: stranger)
    send(rtp, from: peer)
    send([0x80, 96, 0], from: peer)
    send([0xFF, 1, 2, 3], from: peer)
    send([0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 0, count: 12), from: stranger)
    let after = try #require(caller.engine.makeDiagnostics().transports.first)
    #expect(after.datagrams.unvalidatedDrops == 1)
    #expect(after.media.rejected == before.media.rejected + 1)
    #expect(after.media.malformed == before.media.malformed + 1)
    #expect(after.datagrams.unknownDrops == before.datagrams.unknownDrops + 1)
    #expect(after.ice.totalDropped == before.ice.totalDropped + 1)
    #expect(report(caller, simulation).first(RTCTransportStats.self)?.id == after.id)
  }

  @Test(
    "RFC 4648 §10: base 64",
    arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")])
  func base64(text: String, encoded: String) { #expect(Base64.encode(Array(text.utf8)) == encoded) }
}
