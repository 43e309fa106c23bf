import RTCBase
import RTCCongestion
import RTCEngine
import RTCICE
import RTCJSEP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("What the application asks of a live call, in virtual time")
struct SenderControlTests {
  /// A connected call of one video from the caller, with its sound.
  private func makeCall() throws -> (Simulation, caller: SimulatedPeer, callee: SimulatedPeer, video: TransceiverID) {
    let simulation = Simulation(seed: 5, impairments: .init(delay: .milliseconds(25)))
    func configure(_ configuration: inout EngineConfiguration) {
      configuration.bitrateLimits = BitrateLimits(start: .kilobitsPerSecond(600), maximum: .kilobitsPerSecond(800))
    }
    let caller = simulation.addPeer("caller", configure: configure)
    let callee = simulation.addPeer("callee", configure: configure)
    var ids: [TransceiverID] = []
    for kind in [MediaStreamTrackKind.audio, .video] {
      let id = try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
        try model.addTrack(kind, trackID: "\(kind)", streamIDs: ["s"])
      }
      caller.attachSource(to: id, now: simulation.now)
      ids.append(id)
    }
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(2))
    #expect(simulation.failures == [] && callee.videoFrames.count > 40)
    return (simulation, caller, callee, ids[1])
  }

  private func update(
    _ peer: SimulatedPeer, _ simulation: Simulation, _ id: TransceiverID, _ encoding: RTCRtpEncodingParameters
  ) throws {
    try peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
      try model.setEncodings(id, [encoding])
    }
  }

  private func sent(_ peer: SimulatedPeer, _ id: TransceiverID, _ simulation: Simulation) -> RTCOutboundRtpStreamStats?
  {
    peer.engine.makeStatistics(now: simulation.now).outbound.first { $0.transceiver == id }?.stream
  }

  @Test("SE-05: without active RTP ends within 100 ms, and comes back with a key frame")
  func active() throws {
    let (simulation, caller, callee, video) = try makeCall()
    try update(caller, simulation, video, RTCRtpEncodingParameters(active: false))
    simulation.run(for: .milliseconds(100))
    let before = try #require(sent(caller, video, simulation)?.packetsSent)
    let frames = callee.videoFrames.count
    simulation.run(for: .seconds(3))
    #expect(sent(caller, video, simulation)?.packetsSent == before)
    #expect(callee.videoFrames.count <= frames + 3)
    #expect(caller.targets[video]?.isActive == false && caller.targets[video]?.bitrate == .zero)

    try update(caller, simulation, video, RTCRtpEncodingParameters(active: true))
    simulation.run(for: .seconds(1))
    #expect(callee.videoFrames.count > frames + 15 && callee.brokenFrames == 0)
    #expect(callee.connectionState == .connected)
  }

  @Test("SE-06: ten seconds at a maximum take no more than a tenth above it")
  func maximumBitrate() throws {
    let (simulation, caller, _, video) = try makeCall()
    try update(caller, simulation, video, RTCRtpEncodingParameters(maxBitrate: 250_000))
    simulation.run(for: .seconds(1))
    let before = try #require(sent(caller, video, simulation)?.bytesSent)
    simulation.run(for: .seconds(10))
    let bytes = try #require(sent(caller, video, simulation)?.bytesSent) - before
    #expect(Double(bytes) * 8 / 10 <= 1.1 * 250_000)
    #expect(Double(bytes) * 8 / 10 >= 0.7 * 250_000)
    try update(caller, simulation, video, RTCRtpEncodingParameters())
    simulation.run(for: .seconds(1))
    #expect(try #require(caller.targets[video]).bitrate > .kilobitsPerSecond(400))
  }

  @Test("SE-01: without a track a sender leaves its bitrate to others, and begins again with a key frame")
  func noTrack() throws {
    let (simulation, caller, callee, video) = try makeCall()
    try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
      try model.replaceTrack(video, trackID: nil)
    }
    simulation.run(for: .seconds(1))
    #expect(caller.targets[video]?.isActive == false && caller.targets[video]?.bitrate == .zero)
    let frames = callee.videoFrames.count
    try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
      try model.replaceTrack(video, trackID: "other")
    }
    simulation.run(for: .seconds(1))
    #expect(callee.videoFrames.count > frames + 15 && callee.brokenFrames == 0)
    #expect(caller.negotiationNeededCount == 0)
  }

  @Test("TX-05: a stopped transceiver says BYE at once, before anything is negotiated")
  func stop() throws {
    let (simulation, caller, callee, video) = try makeCall()
    let theirs = try #require(callee.engine.jsep.transceivers.first { $0.kind == .video }).id
    #expect(callee.receiving[theirs] == true)
    try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in try model.stop(video) }
    simulation.run(for: .milliseconds(50))
    #expect(callee.receiving[theirs] == false)
    #expect(sent(caller, video, simulation) == nil || caller.targets[video]?.isActive == false)
    let sound = callee.audioFrames.count
    simulation.run(for: .seconds(1))
    #expect(callee.audioFrames.count > sound + 40)
  }

  @Test(
    "PC-11: gathering begins before the first candidate and ends after the last; a transport that is bundled away is told of"
  )
  func gatheringEvents() throws {
    let simulation = Simulation(seed: 1)
    let caller = simulation.addPeer("caller")
    for kind in [MediaStreamTrackKind.audio, .video] {
      _ = try caller.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
        try model.addTransceiver(kind)
      }
    }
    try caller.engine.setLocalDescription(nil, sdp: "", now: simulation.now)
    var told: [String] = []
    func drain() {
      while caller.engine.pollDatagram(now: simulation.now) != nil {}
      while let event = caller.engine.pollEvent() {
        switch event {
        case .gatheringNeeded(let transport, _):
          let address = TransportAddress(IPAddress(v4: 10, 0, 0, 1), port: 5_000 + UInt16(transport.rawValue))
          caller.engine.addLocalAddress(
            address, interface: ICEInterface(name: "a"), transport: transport, now: simulation.now)
          caller.engine.localAddressesComplete(transport: transport, now: simulation.now)
        case .iceGatheringStateChanged(let state): told.append(state.rawValue)
        case .candidate(let candidate, _): told.append(candidate.candidate.isEmpty ? "end" : "candidate")
        case .candidatesComplete: told.append("null")
        case .transportRemoved: told.append("removed")
        default: break
        }
      }
    }
    for _ in 0..<4 { drain() }
    #expect(told == ["gathering", "candidate", "end", "candidate", "end", "complete", "null"])

    let callee = simulation.addPeer("callee")
    let offer = try #require(caller.engine.jsep.localDescription)
    try callee.engine.setRemoteDescription(offer, now: simulation.now)
    try callee.engine.setLocalDescription(nil, sdp: "", now: simulation.now)
    told.removeAll()
    try caller.engine.setRemoteDescription(try #require(callee.engine.jsep.localDescription), now: simulation.now)
    drain()
    #expect(told == ["removed"])
  }
}
