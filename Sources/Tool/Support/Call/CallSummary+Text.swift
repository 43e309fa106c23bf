import Foundation

extension CallSummary {
  /// The summary as lines for a terminal.
  package var text: String {
    var lines: [String] = []
    lines.append("\(passed ? "PASSED" : "FAILED")  call with \(peer), \(number(duration, 1)) s")
    lines.append(row("set-up", setupText))
    for direction in directions { lines.append(row(direction.title, direction.text)) }
    if let data { lines.append(row("file sent", data.text)) }
    lines.append(row("round trip", roundTripTime.map { "\(number($0 * 1_000, 1)) ms" } ?? "not measured"))
    if let localAddress, let remoteAddress {
      lines.append(row("path", "\(localAddress) to \(remoteAddress)"))
    }
    if let dtlsCipher, let srtpCipher { lines.append(row("security", "\(dtlsCipher), \(srtpCipher)")) }
    if !files.isEmpty { lines.append(row("written", files.joined(separator: ", "))) }
    for problem in problems { lines.append(row("problem", problem)) }
    for warning in warnings { lines.append(row("warning", warning)) }
    return lines.joined(separator: "\n")
  }

  private var setupText: String {
    func milliseconds(_ seconds: Double?, _ what: String) -> String? {
      seconds.map { "\(what) after \(number($0 * 1_000, 0)) ms" }
    }
    let parts = [
      milliseconds(setup.connected, "connected"), milliseconds(setup.firstPicture, "first picture"),
      milliseconds(setup.firstSound, "first sound"),
    ].compactMap { $0 }
    return parts.isEmpty ? "never connected" : parts.joined(separator: ", ")
  }

  private func row(_ title: String, _ text: String) -> String {
    "  " + title.padding(toLength: 16, withPad: " ", startingAt: 0) + text
  }
}

extension DataReport {
  var text: String {
    let rate = "\(bytes) bytes in \(number(seconds, 1)) s, \(number(bitrate / 1_000_000, 1)) Mbit/s"
    return (verdict.passed ? "ok    " : "FAIL  ") + verdict.reason + " (\(rate))"
  }
}

extension CallSummary.Direction {
  var title: String { "\(kind) \(way.rawValue)" }

  var text: String {
    var parts: [String] = []
    if let codec { parts.append(codec.split(separator: "/").last.map(String.init) ?? codec) }
    if let width, let height { parts.append("\(width)x\(height)") }
    if let framesPerSecond { parts.append("\(number(framesPerSecond, 1)) fps") }
    parts.append("\(number(bitrate / 1_000, 0)) kbit/s")
    parts.append("\(packetsLost) of \(packets) packets lost")
    if let delay = video?.meanDelay { parts.append("\(delay) ms from capture") }
    return (verdict.passed ? "ok    " : "FAIL  ") + verdict.reason + " (" + parts.joined(separator: ", ") + ")"
  }
}

private func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
