import RTCBase
import RTCSCTP
import RTCTestKit

/// Two live sessions of data channels; the input is what comes to them besides, each packet under a right header, to one and the other in turn.
///
/// Some datagrams stand for a flood, so that a short input reaches what takes thousands of packets.
func fuzzAssociation(_ input: [UInt8]) {
  guard var pair = FuzzedSessions() else { return }
  var receiver = 0
  var floodsLeft = 4
  for (pause, datagram) in DatagramSeries(input) {
    pair.now += min(pause, .seconds(40))
    if let flood = PreparedFlood(datagram) {
      if floodsLeft > 0 { pair.inject(flood, into: receiver) }
      floodsLeft -= 1
    } else {
      pair.inject(datagram, into: receiver)
    }
    receiver ^= 1
    pair.settle()
  }
  for _ in 0..<100 { pair.advance() }
  for session in pair.sessions {
    _ = session.statistics
    precondition(session.handles.count <= session.configuration.maximumChannels, "more channels than allowed")
  }
}

/// Two sessions that are connected and have a channel, the same for every input.
struct FuzzedSessions {
  var sessions: [DataChannelSession]
  var now = MonotonicTime.zero
  /// What each session sent, in order, without its header.
  var sent: [(sender: Int, chunks: [UInt8])] = []
  /// The first eight bytes of what comes to each: ports and tag.
  private var headers: [[UInt8]] = [[], []]
  /// What the peer of each would number its next chunk and request with.
  private var numbers = [PreparedFlood.Numbers(), PreparedFlood.Numbers()]
  private let packet = PacketBuffer()
  private static let headerByteCount = 12

  init?() {
    var configuration = DataChannelConfiguration()
    configuration.sctp.maximumMessageSize = 65_536
    configuration.sctp.receiveWindow = 1 << 18
    configuration.maximumChannels = 64
    let crypto = DeterministicCrypto(seed: 1)
    sessions = (0..<2).map {
      DataChannelSession(
        configuration: configuration, random: .seeded(UInt64($0)),
        authenticator: crypto.makeMessageAuthenticator(key: [UInt8($0)]))
    }
    sessions[0].start(role: .client, remotePort: 5_000, now: now)
    sessions[1].start(role: .server, remotePort: 5_000, now: now)
    settle()
    guard sessions.allSatisfy({ $0.state == .connected }),
      let channel = try? sessions[0].open(DataChannelOptions(label: "fuzzed"), now: now)
    else { return nil }
    settle()
    try? sessions[0].send(DataChannelMessage(text: "hello"), on: channel, now: now)
    settle()
  }

  /// Carries packets until nobody has any, and reads what arrives.
  mutating func settle() {
    let packet = packet
    var count = 0
    var isBusy = true
    // A bound, for two peers that would abort each other without end.
    while isBusy, count < 10_000 {
      isBusy = false
      for index in 0..<2 {
        while count < 10_000, sessions[index].pollPacket(into: packet, now: now) {
          count += 1
          isBusy = true
          let bytes = packet.bytes.copied()
          headers[1 - index] = Array(bytes.prefix(8))
          let chunks = Array(bytes.dropFirst(Self.headerByteCount))
          numbers[1 - index].follow(chunks)
          sent.append((index, chunks))
          sessions[1 - index].handle(packet.bytes, now: now)
        }
        while sessions[index].pollEvent() != nil {}
        for handle in sessions[index].handles {
          while sessions[index].takeMessage(from: handle) != nil {}
          sessions[index].release(handle)
        }
      }
    }
    precondition(count < 10_000, "two sessions that never fall silent")
  }

  /// Gives a session a packet with these chunks, as if its peer had sent it.
  mutating func inject(_ chunks: [UInt8], into index: Int) {
    guard headers[index].count == 8 else { return }
    let bytes = headers[index] + [0, 0, 0, 0] + chunks
    bytes.withRawSpan { sessions[index].handle($0, now: now) }
  }

  mutating func inject(_ flood: PreparedFlood, into index: Int) {
    for chunks in flood.makePackets(&numbers[index]) { inject(chunks, into: index) }
  }

  /// Goes on to the next deadline.
  mutating func advance() {
    guard let next = Deadline.earliest(sessions[0].deadline, sessions[1].deadline) else { return }
    now = max(now, next.time)
    for index in 0..<2 {
      if let deadline = sessions[index].deadline, deadline.time <= now { sessions[index].handleTimeout(now: now) }
    }
    settle()
  }

  /// Inputs to begin with: what two sessions say to each other while channels open, speak, lose, close and end.
  static func makeSeeds() -> [[UInt8]] {
    guard var pair = FuzzedSessions() else { return [] }
    var seeds = [DatagramSeries.encode(pair.sent.map(\.chunks))]
    pair.sent = []
    let unreliable = DataChannelOptions(isOrdered: false, reliability: .retransmissions(0))
    if let channel = try? pair.sessions[1].open(unreliable, now: pair.now) {
      pair.settle()
      for size in [0, 1, 3_000] {
        try? pair.sessions[1].send(
          DataChannelMessage(.binary, [UInt8](repeating: 7, count: size)), on: channel, now: pair.now)
      }
      pair.settle()
      pair.sessions[1].close(channel, now: pair.now)
      pair.settle()
    }
    seeds.append(DatagramSeries.encode(pair.sent.map(\.chunks)))
    pair.sent = []
    pair.now += .seconds(31)
    for index in 0..<2 { pair.sessions[index].handleTimeout(now: pair.now) }
    pair.settle()
    pair.sessions[0].shutdown(now: pair.now)
    pair.settle()
    seeds.append(DatagramSeries.encode(pair.sent.map(\.chunks)))
    // An acknowledgement with a gap, FORWARD TSN of both kinds, and an ABORT.
    seeds.append(
      DatagramSeries.encode([
        [3, 0, 0, 20, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 3],
        [194, 0, 0, 16, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2],
        [192, 0, 0, 12, 0, 0, 0, 9, 0, 0, 0, 1], [6, 0, 0, 12, 0, 12, 0, 7, 98, 121, 101, 0],
      ]))
    // Floods, each to one and the other, and a moment for what they leave behind.
    for kinds in [[0, 1], [2, 3], [4, 5], [6]] as [[UInt8]] {
      seeds.append(
        DatagramSeries.encode(kinds.flatMap { [[PreparedFlood.mark, $0, 4], [PreparedFlood.mark, $0, 2]] }))
    }
    return seeds
  }
}
