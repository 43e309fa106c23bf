import RTCBase
import RTCEngine
import RTCJSEP
import RTCRTP
import RTCTestKit
import Testing
import WebRTCTypes

/// A call whose SRTP lets everything pass, so that a test can speak for the callee.
struct PlainCall {
  let simulation: Simulation
  let caller: SimulatedPeer
  let callee: SimulatedPeer
  let opus: UInt8
  let vp8: UInt8

  /// - Parameter callerKinds: what the caller sends.
  init(
    callerKinds: [MediaStreamTrackKind] = [.audio, .video], calleeKinds: [MediaStreamTrackKind] = [.audio, .video],
    changing change: @escaping (String) -> String = { $0 }
  ) throws {
    simulation = Simulation(seed: 9, impairments: .init(delay: .milliseconds(5)), crypto: UnprotectedCrypto(seed: 9))
    caller = simulation.addPeer("caller")
    callee = simulation.addPeer("callee")
    for (peer, kinds) in [(caller, callerKinds), (callee, calleeKinds)] {
      for (number, kind) in kinds.enumerated() {
        let id = try peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
          try model.addTrack(kind, trackID: "\(peer.name)-\(number)", streamIDs: ["s"])
        }
        peer.attachSource(to: id, now: simulation.now)
      }
    }
    try simulation.negotiate(caller, callee, changing: change)
    simulation.run(for: .seconds(2))
    #expect(simulation.failures == [])
    let codecs = caller.engine.makeStatistics(now: simulation.now).codecs
    func type(_ name: String) -> UInt8 { codecs.first { $0.mimeType == name }.map { UInt8($0.payloadType) } ?? 0 }
    opus = type("audio/opus")
    vp8 = type("video/VP8")
  }

  /// Gives the caller datagrams as if the callee had sent them, all in one batch.
  func inject(_ datagrams: [[UInt8]]) {
    for datagram in datagrams {
      datagram.withRawSpan {
        caller.engine.handle($0, from: callee.addresses[0], to: caller.addresses[0], now: simulation.now)
      }
    }
    simulation.settle(caller)
  }

  /// A key frame of VP8 in one packet.
  static let keyFrame: [UInt8] = [0x10, 0x10, 2, 0, 0x9D, 0x01, 0x2A, 0, 5, 0xD0, 2, 1, 2, 3]

  /// A packet of media.
  ///
  /// - Parameter mid: of its section, in a header extension with the identifier `extensionID`.
  func media(
    _ ssrc: UInt32, _ payloadType: UInt8, _ number: Int, timestamp: UInt32 = 0,
    mid: (text: String, extensionID: UInt8)? = nil,
    _ payload: [UInt8]
  ) -> [UInt8] {
    var bytes: [UInt8] = [
      mid == nil ? 0x80 : 0x90, 0x80 | payloadType, UInt8(truncatingIfNeeded: number >> 8),
      UInt8(truncatingIfNeeded: number),
    ]
    bytes += Self.word(timestamp) + Self.word(ssrc)
    if let mid {
      let text = Array(mid.text.utf8)
      var element: [UInt8] = [mid.extensionID << 4 | UInt8(text.count - 1)] + text
      while element.count & 3 != 0 { element.append(0) }
      bytes += [0xBE, 0xDE, 0, UInt8(element.count / 4)] + element
    }
    return bytes + payload
  }

  /// A packet of RTCP.
  static func control(_ type: UInt8, _ count: UInt8, _ body: [UInt8]) -> [UInt8] {
    let words = body.count / 4
    return [0x80 | count, type, UInt8(truncatingIfNeeded: words >> 8), UInt8(truncatingIfNeeded: words)] + body
  }

  static func word(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  /// What the caller sends as RTCP while `body` runs: each datagram's packets and size.
  func controlSent(during body: () -> Void) -> [(packets: [RTCPPacket], byteCount: Int)] {
    var sent: [(packets: [RTCPPacket], byteCount: Int)] = []
    let target = callee.addresses[0]
    simulation.onDatagram = { bytes, _, destination in
      guard destination == target, bytes.count >= 2, bytes[0] >> 6 == 2, (192...223).contains(bytes[1]) else { return }
      bytes.withRawSpan { span in
        var reader = RTCPReader()
        var packets: [RTCPPacket] = []
        // What stands for the SRTCP index at the end is no packet.
        while let packet = reader.next(in: span) { packets.append(packet) }
        sent.append((packets, bytes.count))
      }
    }
    body()
    simulation.onDatagram = nil
    return sent
  }
}
