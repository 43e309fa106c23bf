import CFuzzDriver
import Foundation
import RTCFuzzTargets

/// `fuzz NAME [libFuzzer's arguments]` fuzzes when it was built for that (`make fuzz`); otherwise it runs one target, or all, over files.
///
/// `fuzz --seeds FOLDER` writes inputs to begin with.
@main
enum Main {
  /// libFuzzer knows one function, which takes no context.
  nonisolated(unsafe) private static var target = FuzzTarget.stun

  static func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count == 3, arguments[1] == "--seeds" { return try writeSeeds(to: arguments[2]) }
    guard arguments.count >= 2, let chosen = FuzzTarget(rawValue: arguments[1]) else {
      print("usage: fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) [FILE...]")
      exit(2)
    }
    target = chosen
    var pointers = ([arguments[0]] + arguments.dropFirst(2)).map { strdup($0) } + [nil]
    let result = pointers.withUnsafeMutableBufferPointer { list in
      fuzz_run(Int32(list.count - 1), list.baseAddress) { bytes, count in
        Main.target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      }
    }
    guard result < 0 else { exit(result) }
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
