import RTCBase

@testable import RTCSCTP

extension SCTPSimulation where Endpoint == SCTPAssociation {
  /// Keeps the senders busy with messages of 16 KiB, whose peers read at once.
  /// - Returns: payload bytes that each pair delivered.
  mutating func saturate(_ senders: [Int], for duration: TimeDelta) -> [Int] {
    let message = [UInt8](repeating: 7, count: 16_384)
    var received = [Int](repeating: 0, count: senders.count)
    run(
      for: duration,
      each: { simulation in
        for (position, sender) in senders.enumerated() {
          let stream = SCTPStreamIdentifier(rawValue: 1)
          while simulation.endpoints[sender].bufferedAmount(on: stream) < 1 << 20 {
            simulation.send(message, from: sender)
          }
          while let message = simulation.endpoints[sender ^ 1].pollMessage() {
            received[position] += message.payload.count
            simulation.endpoints[sender ^ 1].release(messages: 1, byteCount: message.payload.count)
          }
        }
      })
    return received
  }

  /// Payload per second between two moments, in Mbit/s.
  mutating func throughput(_ senders: [Int] = [0], after warmUp: TimeDelta, over duration: TimeDelta) -> [Double] {
    _ = saturate(senders, for: warmUp)
    return saturate(senders, for: duration).map { Double($0) * 8 / duration.seconds / 1e6 }
  }
}
