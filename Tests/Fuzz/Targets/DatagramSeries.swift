import RTCBase

/// An input that is a series of datagrams: each begins with two bytes of length, whose upper five bits tell a time that passes before it.
struct DatagramSeries: Sequence, IteratorProtocol {
  static let maximumCount = 256
  private let input: [UInt8]
  private var offset = 0
  private var count = 0

  init(_ input: [UInt8]) { self.input = input }

  mutating func next() -> (pause: TimeDelta, bytes: [UInt8])? {
    guard offset + 2 <= input.count, count < Self.maximumCount else { return nil }
    count += 1
    let head = Int(input[offset]) << 8 | Int(input[offset + 1])
    let start = offset + 2
    let end = Swift.min(input.count, start + head & 0x7FF)
    offset = end
    // 0, or 1 ms to some minutes in powers of two.
    let step = head >> 11
    return (step == 0 ? .zero : .milliseconds(1 << Int64(step / 2)), Array(input[start..<end]))
  }

  /// The input that stands for these datagrams.
  static func encode(_ datagrams: [[UInt8]]) -> [UInt8] {
    datagrams.flatMap { bytes in
      let count = Swift.min(bytes.count, 0x7FF)
      // Sixteen milliseconds between them.
      let head = 8 << 11 | count
      return [UInt8(truncatingIfNeeded: head >> 8), UInt8(truncatingIfNeeded: head)] + bytes.prefix(count)
    }
  }
}
