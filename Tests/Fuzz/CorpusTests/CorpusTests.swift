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
    }
    target.run([])
  }
}
