import RTCBase
import RTCEngine
import RTCNativeCrypto
import RTCSCTP
import RTCTestKit
import Testing
import WebRTCTypes

/// Whatever changes a packet on its way, under the peer's own address: integrity is what stands between that and the call.
@Suite("Flipped bits")
struct FlippedBitTests {
  /// A call with data channels that has run for some seconds, over a path that loses packets at times.
  private func makeCall(
    _ simulation: Simulation, certificates: [OpenSSLCertificate]? = nil
  ) throws -> (call: TestCall, channel: DataChannelHandle) {
    var channel: DataChannelHandle?
    let call = try TestCall(
      simulation: simulation, certificates: certificates,
      prepare: { simulation, peers in
        _ = try? peers[0].engine.openDataChannel(DataChannelOptions(label: "offered"), now: simulation.now)
        channel = try? peers[1].engine.openDataChannel(DataChannelOptions(label: "data"), now: simulation.now)
      }, configure: { $0.jsep.supportsDataChannels = true })
    simulation.run(for: .seconds(2))
    simulation.network.setAllImpairments(.init(delay: .milliseconds(5), loss: 0.1))
    simulation.run(for: .seconds(1))
    simulation.network.setAllImpairments(.init(delay: .milliseconds(5)))
    simulation.run(for: .seconds(1))
    #expect(call.isConnected)
    return (call, try #require(channel))
  }

  /// One of each kind and size.
  private func kinds(of datagrams: [[UInt8]]) -> [[UInt8]] {
    var seen: Set<[Int]> = []
    return datagrams.filter { bytes in
      guard bytes.count > 8 else { return false }
      let isMedia = bytes[0] >> 6 == 2
      let isControl = isMedia && (192...223).contains(bytes[1])
      // Of DTLS the content and the epoch, of STUN class and method, of RTCP what it begins with.
      let kind = isMedia ? Int(bytes[1] & (isControl ? 0xFF : 0x7F)) : Int(bytes[1])
      let detail = isControl ? Int(bytes[0] & 31) : isMedia ? 0 : Int(bytes[4])
      return seen.insert([Int(bytes[0]), kind, detail, bytes.count / 500]).inserted
    }
  }

  private func isDTLS(_ bytes: [UInt8]) -> Bool { bytes.first.map { (20...63).contains($0) } ?? false }

  /// Injects every packet with each of its bits flipped.
  ///
  /// - Returns: how many were not DTLS, which counts nothing, and how many were.
  private func flip(_ packets: [[UInt8]], whole: Int, into call: TestCall) -> (counted: Int, records: Int) {
    var (counted, records) = (0, 0)
    let (source, target) = (call.callee.addresses[0], call.caller.addresses[0])
    for packet in packets {
      // A check is authentic without its FINGERPRINT, which says so of no more than that it is STUN (RFC 8489 §14.7).
      let end = packet[0] < 2 ? packet.count - 8 : packet.count
      for place in 0..<end where packet.count <= whole || place < 64 || place >= packet.count - 32 {
        for bit in 0..<8 {
          var damaged = packet
          damaged[place] ^= 1 << UInt8(bit)
          damaged.withRawSpan { call.caller.engine.handle($0, from: source, to: target, now: call.simulation.now) }
          if isDTLS(damaged) { records += 1 } else { counted += 1 }
        }
      }
      call.simulation.settle(call.caller)
    }
    return (counted, records)
  }

  /// Datagrams from the callee to the caller of the whole call, the latest of which have not arrived.
  private func record(_ call: TestCall, _ simulation: Simulation, before: [[UInt8]]) -> [[UInt8]] {
    var fresh: [[UInt8]] = []
    let (source, target) = (call.callee.addresses[0], call.caller.addresses[0])
    simulation.onDatagram = { bytes, from, to in if from == source, to == target { fresh.append(bytes) } }
    simulation.network.setImpairments(.blackhole, from: source.ip, to: target.ip)
    simulation.run(for: .milliseconds(400))
    simulation.onDatagram = nil
    return kinds(of: fresh) + kinds(of: before)
  }

  @Test(
    "Every flipped bit of every kind of packet of a call, data channels' and handshake's too, is counted and changes nothing"
  )
  func changesNothing() throws {
    var courses: [[UInt64]] = []
    for isAttacked in [false, true] {
      let simulation = Simulation(seed: 31, impairments: .init(delay: .milliseconds(5)))
      var recorded: [[UInt8]] = []
      let callee = IPAddress(v4: 10, 0, 0, 2)
      simulation.onDatagram = { bytes, from, _ in if from.ip == callee { recorded.append(bytes) } }
      let (call, channel) = try makeCall(simulation)
      for number in 0..<6 {
        let sent = DataChannelMessage(.binary, [UInt8](repeating: 1, count: 40 << (2 * number % 8)))
        try call.callee.engine.send(sent, on: channel, now: simulation.now)
        simulation.run(for: .milliseconds(20))
      }
      let packets = record(call, simulation, before: recorded)
      #expect(packets.count > 20 && packets.count { isDTLS($0) } > 4)
      let before = call.caller.droppedCount
      simulation.hashesTraffic = true
      let (counted, records) = isAttacked ? flip(packets, whole: 700, into: call) : (0, 0)
      if isAttacked { #expect(counted > 5_000 && records > 3_000, "\(counted) and \(records)") }
      #expect(call.caller.droppedCount - before == counted)
      simulation.network.setAllImpairments(.init(delay: .milliseconds(5)))
      simulation.run(for: .seconds(2))
      #expect(call.isConnected && simulation.failures == [])
      courses.append([
        simulation.trafficHash, UInt64(call.caller.videoFrames.count), UInt64(call.caller.audioFrames.count),
      ])
      let messages = call.caller.messages.values.reduce(0) { $0 + $1.count }
      #expect(messages == 6)
    }
    #expect(courses[0] == courses[1])
  }

  @Test(
    "With OpenSSL and libsrtp as well every flipped bit is counted, of a handshake's datagrams too, and the call goes on"
  )
  func native() throws {
    let simulation = Simulation(seed: 33, impairments: .init(delay: .milliseconds(5)), crypto: OpenSSLCryptoProvider())
    var recorded: [[UInt8]] = []
    let callee = IPAddress(v4: 10, 0, 0, 2)
    simulation.onDatagram = { bytes, from, _ in if from.ip == callee { recorded.append(bytes) } }
    let (call, channel) = try makeCall(
      simulation, certificates: [try OpenSSLCertificate.generate(), try OpenSSLCertificate.generate()])
    try call.callee.engine.send(
      DataChannelMessage(.binary, [1, 2, 3]), on: channel, now: simulation.now)
    let packets = record(call, simulation, before: recorded)
    #expect(packets.contains { isDTLS($0) && $0[0] == 22 } && packets.contains { isDTLS($0) && $0[0] == 23 })
    let before = call.caller.droppedCount
    let (counted, records) = flip(packets, whole: 1_500, into: call)
    #expect(counted > 20_000 && records > 5_000, "\(counted) and \(records)")
    #expect(call.caller.droppedCount - before == counted)
    simulation.network.setAllImpairments(.init(delay: .milliseconds(5)))
    simulation.run(for: .seconds(2))
    let start = simulation.now
    simulation.run(for: .seconds(2))
    #expect(call.isConnected && simulation.failures == [])
    #expect(call.caller.longestVideoGap(from: start, to: simulation.now) < .milliseconds(200))
    #expect(call.caller.messages.values.reduce(0) { $0 + $1.count } == 1)
  }
}
