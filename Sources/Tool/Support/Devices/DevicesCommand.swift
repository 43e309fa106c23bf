import ArgumentParser
import Foundation
import RTCCapture

/// `rtc devices`.
package struct DevicesCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List cameras, microphones and outputs, and what they can do.",
    discussion: "The names in the first column are what `rtc call --video` and `--audio` take.")

  @Flag(help: "Print JSON.")
  package var json = false

  package init() {}

  package func run() async throws {
    let devices = CaptureDevices.list()
    guard json else { return print(DeviceTable(devices).text) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(devices), as: UTF8.self))
  }
}
