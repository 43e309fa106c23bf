import CBenchmarkSupport

/// One number of several runs: on a machine with other work the smallest is nearest to the truth, the median to everyday life.
struct Measurement {
  let values: [Double]

  init(_ values: [Double]) { self.values = values.sorted() }

  /// Runs `body` so many times.
  init(runs: Int, _ body: () throws -> Double) rethrows {
    self.init(try (0..<runs).map { _ in try body() })
  }

  var minimum: Double { values.first ?? 0 }
  var median: Double { values.isEmpty ? 0 : values[values.count / 2] }
  var maximum: Double { values.last ?? 0 }
}

/// CPU time and allocations of the calling thread, summed over pieces of work.
struct ThreadCost {
  private(set) var nanoseconds: Int64 = 0
  private(set) var allocations: UInt64 = 0

  /// Where a piece of work begins.
  struct Mark {
    let allocations = bench_thread_allocations()
    let nanoseconds = bench_thread_cpu()
  }

  /// Ends the piece of work that began at `mark`.
  mutating func add(since mark: Mark) {
    nanoseconds += bench_thread_cpu() - mark.nanoseconds
    allocations += bench_thread_allocations() - mark.allocations
  }
}

/// What kept a benchmark from being measured.
struct BenchmarkFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
