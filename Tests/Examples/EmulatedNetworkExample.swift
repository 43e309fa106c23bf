import RTCTestNetwork
import Testing
import WebRTC

// The program of docs/testing.md that has sockets and threads. Public API only.

@Test("A message gets through an outage of half a second", .timeLimit(.minutes(1)))
func outage() async throws {
  let network = EmulatedNetwork(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
  let alice = try RTCPeerConnection(options: network.options(for: "alice"))
  let bob = try RTCPeerConnection(options: network.options(for: "bob"))
  let channel = try await alice.createDataChannel("chat")

  try await alice.setLocalDescription()
  await alice.waitForGathering()
  try await bob.setRemoteDescription(try #require(alice.localDescription))
  try await bob.setLocalDescription()
  await bob.waitForGathering()
  try await alice.setRemoteDescription(try #require(bob.localDescription))
  try await channel.opened()

  try network.play(NetworkTimeline(parsing: "0 * blackhole\n0.5 * delay=25ms"))
  try await channel.send("hello")
  for await event in bob.events {
    guard case .dataChannel(let arrived) = event else { continue }
    var messages = arrived.messages.makeAsyncIterator()
    #expect(await messages.next() == .text("hello"))
    break
  }
  await alice.close()
  await bob.close()
  #expect(network.openPortCount == 0)
}
