import Foundation
import RTCCapture

/// Cameras, microphones and outputs in columns for a terminal.
package struct DeviceTable: Sendable {
  private let devices: CaptureDevices

  package init(_ devices: CaptureDevices) { self.devices = devices }

  package var text: String {
    let cameras = devices.cameras.map { [$0.id, "\($0.name) (\($0.bus))"] }
    let microphones = devices.microphones.map { [$0.id, $0.name] }
    var lines = ["Cameras"]
    if cameras.isEmpty {
      lines.append("  none; one needs a node /dev/video*, readable for this user (group video)")
    }
    for (row, camera) in zip(Self.rows(cameras), devices.cameras) {
      lines.append(row)
      for format in camera.formats {
        for size in format.sizes { lines.append("      \(format.name)  \(Self.text(size))") }
      }
    }
    lines += ["", "Microphones"]
    if microphones.isEmpty {
      lines.append("  none; one needs a sound card or an ALSA configuration, readable for this user (group audio)")
    }
    for (row, microphone) in zip(Self.rows(microphones), devices.microphones) {
      lines.append(row)
      lines += Self.abilities(microphone.formats, microphone.sampleRates, microphone.channelCounts)
    }
    if !devices.outputs.isEmpty {
      lines += ["", "Outputs"]
      for (row, output) in zip(Self.rows(devices.outputs.map { [$0.id, $0.name] }), devices.outputs) {
        lines.append(row)
        lines += Self.abilities(output.formats, output.sampleRates, output.channelCounts)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Cells under each other.
  private static func rows(_ cells: [[String]]) -> [String] {
    let width = cells.map { $0[0].count }.max() ?? 0
    return cells.map { "  " + $0[0].padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0[1] }
  }

  /// What sound can be like; nothing of a device that another program has.
  private static func abilities(_ formats: [String], _ rates: [Int], _ channels: [Int]) -> [String] {
    guard let least = channels.first, let most = channels.last else { return [] }
    return [
      "      \(formats.joined(separator: ", "))  \(rates.map { "\($0)" }.joined(separator: ", ")) Hz  "
        + (least == most ? "\(least)" : "\(least)-\(most)") + (most == 1 ? " channel" : " channels")
    ]
  }

  private static func text(_ size: CaptureDevices.Camera.Size) -> String {
    let rates = size.frameRates.map { $0 == $0.rounded() ? "\(Int($0))" : String(format: "%.2f", $0) }
    return "\(size.width)x\(size.height)".padding(toLength: 11, withPad: " ", startingAt: 0)
      + (rates.isEmpty ? "" : "\(rates.joined(separator: ", ")) fps")
  }
}
