import Foundation

/// Tells how a call goes: one line that is written over on a terminal, lines one after the other elsewhere.
///
/// It writes to standard error, so that standard output holds the result alone.
package struct ProgressLine: Sendable {
  private let isTerminal: Bool
  private var isOpen = false

  package init(isTerminal: Bool = isatty(2) == 1) { self.isTerminal = isTerminal }

  package mutating func show(_ text: String) {
    write(isTerminal ? "\r\u{1B}[2K\(text)" : "\(text)\n")
    isOpen = isTerminal
  }

  /// Ends the line, if one is open.
  package mutating func end() {
    if isOpen { write("\n") }
    isOpen = false
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// State, bitrates, frames a second, round-trip time and loss on one line.
  package static func text(state: String, elapsed: Duration, traffic: Traffic, rates: TrafficRates) -> String {
    let roundTrip = traffic.roundTripTime.map { String(format: "%.1f ms", $0 * 1_000) } ?? "-"
    let size = traffic.receivedVideo.flatMap { video -> String? in
      guard let width = video.width, let height = video.height else { return nil }
      return " \(width)x\(height)"
    }
    return String(
      format: "%@ %4.1f s  in %@ %2.0f fps%@  out %@ %2.0f fps  RTT %@  loss %.1f %%", state, elapsed.seconds,
      bitrate(rates.received), rates.framesReceived, size ?? "", bitrate(rates.sent), rates.framesSent, roundTrip,
      rates.lossReceived * 100)
  }

  /// How much of a file has been sent: a bar of twenty characters, the share and the amounts.
  package static func text(sent: Int, of size: Int) -> String {
    let share = size > 0 ? min(1, Double(sent) / Double(size)) : 1
    let full = Int(share * 20)
    let bar = String(repeating: "#", count: full) + String(repeating: ".", count: 20 - full)
    return String(
      format: "file [%@] %3.0f %%  %.1f of %.1f MB", bar, (share * 100).rounded(.down), Double(sent) / 1e6,
      Double(size) / 1e6)
  }

  private static func bitrate(_ value: Double) -> String { String(format: "%5.0f kbit/s", value / 1_000) }
}
