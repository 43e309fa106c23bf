import Foundation
import RTCBase
import RTCRTP
import RTCTestKit
import WebRTCTypes

extension FuzzTarget {
  /// Inputs to begin with: what a call really sends and says.
  package static func makeSeeds() -> [FuzzTarget: [[UInt8]]] {
    let simulation = Simulation(
      seed: 1, impairments: .init(delay: .milliseconds(5)), crypto: UnprotectedCrypto(seed: 1))
    var datagrams: [[UInt8]] = []
    simulation.onDatagram = { bytes, _, _ in datagrams.append(bytes) }
    let caller = simulation.addPeer("caller")
    let callee = simulation.addPeer("callee")
    guard (try? simulation.connect(caller, callee)) != nil else { return [:] }
    simulation.run(for: TimeDelta.seconds(1))
    simulation.network.setAllImpairments(.init(delay: .milliseconds(5), loss: 0.05))
    simulation.run(for: TimeDelta.seconds(2))
    var seeds: [FuzzTarget: [[UInt8]]] = [:]
    var seen: Set<[Int]> = []
    var media: [[UInt8]] = []
    for bytes in datagrams where bytes.count > 2 {
      let isControl = bytes[0] >> 6 == 2 && (192...223).contains(bytes[1])
      guard seen.insert([Int(bytes[0]), Int(bytes[1]), bytes.count / (isControl ? 16 : 200)]).inserted else { continue }
      switch bytes[0] {
      case 0...3: seeds[.stun, default: []].append(bytes)
      case 128...191 where isControl: seeds[.rtcp, default: []].append(bytes)
      case 128...191: media.append(Array(bytes.prefix(300)))
      default: break
      }
    }
    seeds[.rtp] = [DatagramSeries.encode(Array(media.prefix(8)))]
    seeds[.srtp] = (0..<3).map {
      [$0] + DatagramSeries.encode(Array(media.prefix(4)) + Array((seeds[.rtcp] ?? []).prefix(2)))
    }
    let frames = media.filter { $0.count > 200 }.map { [1, 0, $0[1] & 0x80] + $0.dropFirst(40).prefix(60) }
    seeds[.vp8] = [DatagramSeries.encode([[1, 0, 0x80, 0x10, 0x10, 2, 0, 0x9D, 1, 0x2A, 0, 5, 0xD0, 2, 1]] + frames)]
    seeds[.opus] = [
      DatagramSeries.encode((0..<6).map { [1, 1, 0, 0xF8, $0, 0x55, 0x55] }),
      DatagramSeries.encode([[1, 1, 0, 0xFB, 0x83, 1, 1, 2, 3, 4], [1, 1, 0, 0x78, 0xE0, 1], [2, 2, 0, 0xFC]]),
    ]
    let received = datagrams.filter { $0.count > 2 && $0[0] >> 6 == 2 }
    seeds[.engine] = [
      DatagramSeries.encode(Array(received.suffix(8))), DatagramSeries.encode(Array((seeds[.rtcp] ?? []).prefix(6))),
      DatagramSeries.encode(Array((seeds[.stun] ?? []).prefix(3)) + Array(received.prefix(3))),
    ]
    let descriptions = [caller, callee].compactMap { $0.engine.jsep.localDescription }
    seeds[.sdp] = descriptions.map { Array($0.sdp.utf8) }
    let encoder = JSONEncoder()
    seeds[.json] =
      descriptions.compactMap { try? Array(encoder.encode($0)) }
      + caller.candidates.prefix(2).compactMap { try? Array(encoder.encode($0)) }
      + [Array(#"{"iceServers":[{"urls":["stun:192.0.2.1"]}],"bundlePolicy":"max-bundle"}"#.utf8)]
    seeds[.sctp] = FuzzedSessions.makeSeeds()
    // The same chunks, to the engine.
    seeds[.engine, default: []] += FuzzedSessions.makeSeeds().prefix(2).map { seed in
      DatagramSeries.encode(DatagramSeries(seed).prefix(12).map { [23] + $0.bytes })
    }
    seeds[.decoders] = makeDecoderSeeds()
    return seeds
  }
}
