import RTCBase
import RTCSecurity

@testable import RTCSCTP

extension SCTPSimulation where Endpoint == DataChannelSession {
  /// Two sessions that have not begun; the first is the DTLS client.
  static func channels(
    link: EmulatedLink.Properties = .init(), seed: UInt64 = 1,
    _ configure: (Int, inout DataChannelConfiguration) -> Void = { _, _ in }
  ) -> Self {
    var sessions: [DataChannelSession] = []
    for index in 0..<2 {
      var configuration = DataChannelConfiguration()
      configure(index, &configuration)
      sessions.append(
        DataChannelSession(
          configuration: configuration, random: .seeded(seed &* 100 &+ UInt64(index)),
          authenticator: TestAuthenticator(key: UInt64(index))))
    }
    return Self(sessions, link: link, seed: seed)
  }

  static func connectedChannels(
    link: EmulatedLink.Properties = .init(), seed: UInt64 = 1,
    _ configure: (Int, inout DataChannelConfiguration) -> Void = { _, _ in }
  ) -> Self {
    var simulation = channels(link: link, seed: seed, configure)
    simulation.start()
    simulation.run(for: .seconds(30), until: { $0.endpoints.allSatisfy { $0.state == .connected } })
    for index in 0..<2 { _ = simulation.channelEvents(at: index) }
    return simulation
  }

  mutating func start() {
    endpoints[0].start(role: .client, remotePort: 5_000, now: now)
    endpoints[1].start(role: .server, remotePort: 5_000, now: now)
  }

  mutating func channelEvents(at index: Int) -> [DataChannelEvent] {
    var events: [DataChannelEvent] = []
    while let event = endpoints[index].pollEvent() { events.append(event) }
    return events
  }

  /// Opens a channel from `index` and waits for the other side to have it.
  mutating func open(_ options: DataChannelOptions = DataChannelOptions(), from index: Int = 0) throws -> (
    local: DataChannelHandle, remote: DataChannelHandle
  ) {
    let local = try endpoints[index].open(options, now: now)
    run(
      for: .seconds(5),
      until: { simulation in
        guard let id = simulation.endpoints[index].description(of: local)?.id else { return false }
        return simulation.handle(of: id, at: 1 - index) != nil
      })
    guard let id = endpoints[index].description(of: local)?.id, let remote = handle(of: id, at: 1 - index) else {
      throw MissingChannel()
    }
    return (local, remote)
  }

  func handle(of id: UInt16, at index: Int) -> DataChannelHandle? {
    endpoints[index].handles.first {
      let channel = endpoints[index].description(of: $0)
      return channel?.id == id && channel?.state != .closed
    }
  }

  mutating func messages(at index: Int, from handle: DataChannelHandle) -> [DataChannelMessage] {
    var messages: [DataChannelMessage] = []
    while let message = endpoints[index].takeMessage(from: handle) { messages.append(message) }
    return messages
  }
}

/// The peer never saw the channel.
struct MissingChannel: Error {}
