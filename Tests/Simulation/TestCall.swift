import RTCBase
import RTCCongestion
import RTCEngine
import RTCJSEP
import RTCSecurity
import RTCTestKit
import WebRTCTypes

/// A call of audio and video both ways, in virtual time.
struct TestCall {
  let simulation: Simulation
  let caller: SimulatedPeer
  let callee: SimulatedPeer

  var peers: [SimulatedPeer] { [caller, callee] }
  var isConnected: Bool { peers.allSatisfy { $0.connectionState == .connected } }

  init(
    seed: UInt64 = 1, impairments: NetworkImpairments = .init(delay: .milliseconds(25)),
    simulation given: Simulation? = nil, certificates: [any LocalCertificate]? = nil,
    kinds: [MediaStreamTrackKind] = [.audio, .video], prepare: (Simulation, [SimulatedPeer]) -> Void = { _, _ in },
    configure: (inout EngineConfiguration) -> Void = { _ in }
  ) throws {
    simulation = given ?? Simulation(seed: seed, impairments: impairments)
    func configured(_ configuration: inout EngineConfiguration) {
      // Few packets a second, where a test does not depend on the rate.
      configuration.bitrateLimits = BitrateLimits(start: .kilobitsPerSecond(400), maximum: .kilobitsPerSecond(600))
      configure(&configuration)
    }
    caller = simulation.addPeer("caller", certificate: certificates?[0], configure: configured)
    callee = simulation.addPeer("callee", certificate: certificates?[1], configure: configured)
    prepare(simulation, [caller, callee])
    try simulation.connect(caller, callee, sending: kinds)
  }

  /// Runs until both are connected.
  /// - Returns: when the later of the two was; `nil` when that did not happen within `limit`.
  func connect(within limit: TimeDelta = .seconds(30), onStep: (MonotonicTime) -> Void = { _ in }) -> TimeDelta? {
    let isConnected = simulation.run(for: limit) {
      onStep(simulation.now)
      return caller.connectedAt != nil && callee.connectedAt != nil
    }
    guard isConnected,
      let first = caller.connectedAt, let second = callee.connectedAt
    else { return nil }
    return max(first, second) - .zero
  }
}

extension SimulatedPeer {
  /// The longest time without a frame from `start` to `end`.
  func longestVideoGap(from start: MonotonicTime, to end: MonotonicTime) -> TimeDelta {
    Self.longestGap(videoFrames.map(\.time), from: start, to: end)
  }

  func longestAudioGap(from start: MonotonicTime, to end: MonotonicTime) -> TimeDelta {
    Self.longestGap(audioFrames.map(\.time), from: start, to: end)
  }

  private static func longestGap(_ times: [MonotonicTime], from start: MonotonicTime, to end: MonotonicTime)
    -> TimeDelta
  {
    var last = start
    var longest = TimeDelta.zero
    for time in times where time >= start && time <= end {
      longest = max(longest, time - last)
      last = time
    }
    return max(longest, end - last)
  }

  /// How much later than the pictures of the same moment the sound of `sender` was played in the last second, in milliseconds.
  func soundOffset(from sender: SimulatedPeer) -> Double {
    func delay(_ frames: ArraySlice<(time: MonotonicTime, counter: UInt32)>, _ captured: [MonotonicTime]) -> Double {
      let delays = frames.map { ($0.time - captured[Int($0.counter) - 1]).milliseconds }
      return delays.reduce(0, +) / Double(max(1, delays.count))
    }
    return delay(audioFrames.suffix(50), sender.audioCaptureTimes)
      - delay(videoFrames.suffix(30), sender.videoCaptureTimes)
  }

  /// How long after `time` the next frame came.
  func videoRecovery(after time: MonotonicTime) -> TimeDelta? {
    videoFrames.first { $0.time > time }.map { $0.time - time }
  }
  func audioRecovery(after time: MonotonicTime) -> TimeDelta? {
    audioFrames.first { $0.time > time }.map { $0.time - time }
  }
}

extension SimulatedPeer {
  /// Sends synthetic video from the next negotiation on.
  func addVideo(now: MonotonicTime) throws -> TransceiverID {
    let id = try engine.updateModel(now: now) { model throws(WebRTCError) in
      try model.addTrack(.video, trackID: "\(name)-video", streamIDs: [])
    }
    attachSource(to: id, now: now)
    return id
  }
}
