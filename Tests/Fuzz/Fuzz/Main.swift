import Foundation
import RTCFuzzTargets

#if FUZZING
  /// What libFuzzer, which brings its own main, calls with each input; `FUZZ_TARGET` names the target.
  private let target =
    FuzzTarget(rawValue: ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? "") ?? .engine

  /// Runs the target over one input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  }
#else
  /// `fuzz NAME FILE...` runs a target over files, to see what a fuzzer found; `fuzz --seeds FOLDER` writes inputs to begin with.
  @main
  enum Main {
    static func main() throws {
      let arguments = CommandLine.arguments
      if arguments.count == 3, arguments[1] == "--seeds" { return try writeSeeds(to: arguments[2]) }
      guard arguments.count >= 2, let target = FuzzTarget(rawValue: arguments[1]) else {
        print("usage: fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) FILE...")
        exit(2)
      }
      for file in arguments.dropFirst(2) { target.run(Array(try Data(contentsOf: URL(fileURLWithPath: file)))) }
      print("\(target.rawValue): \(arguments.count - 2) files")
    }

    private static func writeSeeds(to folder: String) throws {
      for (target, inputs) in FuzzTarget.makeSeeds() {
        let directory = URL(fileURLWithPath: folder).appendingPathComponent(target.rawValue)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (number, input) in inputs.enumerated() {
          try Data(input).write(to: directory.appendingPathComponent("seed-\(number)"))
        }
      }
    }
  }
#endif
