import RTCTestKit
import RTCTestNetwork
import Testing
import WebRTC

/// Two connections that see each other over an emulated network only, with a data channel.
struct EmulatedCall {
  let network: EmulatedNetwork
  let alice: RTCPeerConnection
  let bob: RTCPeerConnection
  let near: RTCDataChannel

  init(
    over network: EmulatedNetwork, configuration: RTCConfiguration = RTCConfiguration(),
    alice: RTCPeerConnectionOptions? = nil, bob: RTCPeerConnectionOptions? = nil
  ) async throws {
    self.network = network
    self.alice = try RTCPeerConnection(configuration: configuration, options: alice ?? network.options(for: "alice"))
    self.bob = try RTCPeerConnection(configuration: configuration, options: bob ?? network.options(for: "bob"))
    near = try await self.alice.createDataChannel("line")
  }

  /// Offer and answer with all candidates inside.
  func negotiate() async throws {
    try await alice.setLocalDescription()
    await alice.waitForGathering()
    try await bob.setRemoteDescription(try #require(alice.localDescription))
    try await bob.setLocalDescription()
    await bob.waitForGathering()
    try await alice.setRemoteDescription(try #require(bob.localDescription))
  }

  /// Negotiates and waits for the channel.
  ///
  /// - Returns: the channel at bob's.
  func connect() async throws -> RTCDataChannel {
    try await negotiate()
    let far = await bob.events.first { if case .dataChannel = $0 { true } else { false } }
    guard case .dataChannel(let channel)? = far else { throw CancellationError() }
    try await near.opened()
    return channel
  }

  func close() async {
    await alice.close()
    await bob.close()
  }
}
