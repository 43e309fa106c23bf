import RTCBase
import RTCEngine
import RTCSCTP
import RTCTestKit
import Testing
import WebRTCTypes

/// Two engines with data channels, and nothing else unless it is added.
struct DataCall {
  let simulation: Simulation
  let caller: SimulatedPeer
  let callee: SimulatedPeer

  init(
    seed: UInt64 = 1, impairments: NetworkImpairments = .init(delay: .milliseconds(10)),
    configure: (inout EngineConfiguration) -> Void = { _ in }
  ) {
    simulation = Simulation(seed: seed, impairments: impairments)
    func configured(_ configuration: inout EngineConfiguration) {
      configuration.jsep.supportsDataChannels = true
      configuration.bitrateLimits = .modest
      configure(&configuration)
    }
    caller = simulation.addPeer("caller", configure: configured)
    callee = simulation.addPeer("callee", configure: configured)
  }

  func open(_ options: DataChannelOptions, by peer: SimulatedPeer) throws -> DataChannelHandle {
    try peer.engine.openDataChannel(options, now: simulation.now)
  }

  /// Negotiates and waits for `count` channels on both sides.
  func connect(channels count: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try simulation.negotiate(caller, callee)
    let isConnected = simulation.run(for: .seconds(20)) {
      caller.openedChannels.count >= count && callee.openedChannels.count >= count
    }
    #expect(isConnected, "the channels open", sourceLocation: sourceLocation)
    #expect(simulation.failures == [], sourceLocation: sourceLocation)
  }

  func send(_ message: DataChannelMessage, on channel: DataChannelHandle, by peer: SimulatedPeer) throws {
    try peer.engine.send(message, on: channel, now: simulation.now)
  }

  func close(_ channel: DataChannelHandle, by peer: SimulatedPeer) {
    peer.engine.closeDataChannel(channel, now: simulation.now)
  }
}

extension SimulatedPeer {
  func channel(_ handle: DataChannelHandle) -> DataChannelDescription? { engine.dataChannel(handle) }
  func bufferedAmount(of handle: DataChannelHandle) -> Int { engine.bufferedAmount(of: handle) }
  var sctp: EngineSCTPTransport? { engine.sctpTransport }

  var openedChannels: [DataChannelHandle] {
    dataEvents.compactMap { if case .opened(let channel) = $0 { channel } else { nil } }
  }

  /// Each channel that closed, once for each time that it was told, and why.
  var closedChannels: [(channel: DataChannelHandle, failure: DataChannelFailure?)] {
    dataEvents.compactMap { if case .closed(let channel, let failure) = $0 { (channel, failure) } else { nil } }
  }

  func received(on channel: DataChannelHandle) -> [DataChannelMessage] { messages[channel, default: []].map(\.message) }
}
