import CBenchmarkSupport
import Foundation

/// What this process holds.
struct ProcessResources: Sendable {
  var residentBytes: Int64
  /// Of those, what somebody still holds; the rest is the allocator's.
  var heapBytes: Int64
  var descriptors: Int
  var threads: Int

  static func now() -> ProcessResources {
    func count(_ directory: String) -> Int {
      (try? FileManager.default.contentsOfDirectory(atPath: directory).count) ?? 0
    }
    return ProcessResources(
      residentBytes: bench_resident_bytes(), heapBytes: bench_heap_bytes(), descriptors: count("/proc/self/fd"),
      threads: count("/proc/self/task"))
  }

  var megabytes: Double { Double(residentBytes) / 1_048_576 }
  var heapMegabytes: Double { Double(heapBytes) / 1_048_576 }
}
