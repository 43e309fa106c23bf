import RTCBase

/// An input that is a series of datagrams: each begins with two bytes of length, whose upper five bits tell a time that passes before it.
///
/// A length beyond what a datagram may have repeats the latest datagrams instead: up to 16 of them by the lowest four bits, in up to 32,768
/// rounds by the next four, as far as `limit` allows. So few bytes make the thousands of packets that it takes to push a state far away.
struct DatagramSeries: Sequence, IteratorProtocol {
  private let limit: Int
  private static let repetition = 0x700
  private static let memory = 16
  private let input: [UInt8]
  private var offset = 0
  private var count = 0
  private var latest: [[UInt8]] = []
  /// What is repeated, how often in all, and the step that comes next.
  private var repeated: (datagrams: [[UInt8]], pause: TimeDelta, end: Int, step: Int)?

  /// - Parameter limit: how many datagrams there are at most.
  init(_ input: [UInt8], limit: Int = 256) {
    self.input = input
    self.limit = limit
  }

  mutating func next() -> (pause: TimeDelta, bytes: [UInt8])? {
    while count < limit {
      if let repetition = nextRepetition() {
        count += 1
        return repetition
      }
      guard offset + 2 <= input.count else { return nil }
      let head = Int(input[offset]) << 8 | Int(input[offset + 1])
      let start = offset + 2
      // 0, or 1 ms to some minutes in powers of two.
      let step = head >> 11
      let pause = step == 0 ? TimeDelta.zero : .milliseconds(1 << Int64(step / 2))
      let length = head & 0x7FF
      if length >= Self.repetition, !latest.isEmpty {
        offset = start
        let datagrams = Array(latest.suffix(length & 15 + 1))
        repeated = (datagrams, pause, datagrams.count << (length >> 4 & 15), 0)
        continue
      }
      count += 1
      offset = Swift.min(input.count, start + length)
      let bytes = Array(input[start..<offset])
      if latest.count == Self.memory { latest.removeFirst() }
      latest.append(bytes)
      return (pause, bytes)
    }
    return nil
  }

  private mutating func nextRepetition() -> (pause: TimeDelta, bytes: [UInt8])? {
    guard let (datagrams, pause, end, step) = repeated, step < end else { return nil }
    repeated?.step += 1
    var bytes = datagrams[step % datagrams.count]
    // Media has a new number each time, or it would be taken for a repetition and cost nothing.
    if bytes.count >= 4, bytes[0] >> 6 == 2, !(192...223).contains(bytes[1]) {
      let number = (Int(bytes[2]) << 8 | Int(bytes[3])) + step + 1
      bytes[2] = UInt8(truncatingIfNeeded: number >> 8)
      bytes[3] = UInt8(truncatingIfNeeded: number)
    }
    return (pause, bytes)
  }

  /// The input that stands for these datagrams.
  static func encode(_ datagrams: [[UInt8]]) -> [UInt8] {
    datagrams.flatMap { bytes in
      let count = Swift.min(bytes.count, repetition - 1)
      // Sixteen milliseconds between them.
      let head = 8 << 11 | count
      return [UInt8(truncatingIfNeeded: head >> 8), UInt8(truncatingIfNeeded: head)] + bytes.prefix(count)
    }
  }
}
