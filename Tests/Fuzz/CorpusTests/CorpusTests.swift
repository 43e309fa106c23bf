import Foundation
import RTCFuzzTargets
import Testing

@Suite("Corpora of the fuzzers")
struct CorpusTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Corpora")

  @Test("Every input that was ever of interest is survived", arguments: FuzzTarget.allCases)
  func replay(_ target: FuzzTarget) throws {
    let folder = Self.folder.appendingPathComponent(target.rawValue)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files.sorted(by: { $0.path < $1.path }) {
      let bytes = Array(try Data(contentsOf: file))
      target.run(bytes)
      // And what a fuzzer would try first.
      for end in [bytes.count / 2, max(0, bytes.count - 1)] { target.run(Array(bytes.prefix(end))) }
      guard file.lastPathComponent.hasPrefix("seed") else { continue }
      // Bits flipped all over what is right; a whole call for each takes its time.
      let count = target == .engine ? 4 : 100
      for number in 0..<min(count, 8 * bytes.count) {
        let bit = number * 8 * bytes.count / count
        var damaged = bytes
        damaged[bit / 8] ^= 1 << UInt8(bit % 8 ^ number % 8)
        target.run(damaged)
      }
    }
    target.run([])
  }
}
