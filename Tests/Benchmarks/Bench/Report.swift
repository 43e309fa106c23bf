/// Prints each result as a row for people and as a line of JSON for programs.
struct Report {
  private static let nameWidth = 52

  func section(_ title: String) {
    print("\n\(title)")
    print("  " + pad("", Self.nameWidth) + padLeft("median", 10) + padLeft("min", 10) + padLeft("max", 10))
  }

  func add(_ name: String, _ measurement: Measurement, unit: String, limit: Double? = nil, note: String = "") {
    var row = "  " + pad(name, Self.nameWidth)
    for value in [measurement.median, measurement.minimum, measurement.maximum] { row += padLeft(text(value), 10) }
    row += " " + unit
    if let limit { row += ", \(text(measurement.median / limit)) x the limit of \(text(limit))" }
    if !note.isEmpty { row += "; \(note)" }
    print(row)
    var line = "{\"name\":\"\(name)\",\"unit\":\"\(unit)\",\"median\":\(number(measurement.median))"
    line += ",\"min\":\(number(measurement.minimum)),\"max\":\(number(measurement.maximum))"
    line += ",\"runs\":\(measurement.values.count)"
    if let limit { line += ",\"limit\":\(number(limit))" }
    print(line + "}")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func number(_ value: Double) -> String { "\((value * 1_000).rounded() / 1_000)" }

  /// Three significant digits or so.
  private func text(_ value: Double) -> String {
    if abs(value) >= 100 { return "\(Int(value.rounded()))" }
    let scale: Double = abs(value) >= 10 ? 10 : abs(value) >= 1 ? 100 : 1_000
    return "\((value * scale).rounded() / scale)"
  }
}
