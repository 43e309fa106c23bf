/// Why a description was refused, and where.
package struct SDPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Counted from 1; 0 when no single line is at fault.
  package var lineNumber: Int
  /// The line, shortened if it is very long.
  package var line: String
  package var reason: String

  package init(lineNumber: Int, line: String, reason: String) {
    self.lineNumber = lineNumber
    self.line = line
    self.reason = reason
  }

  package var description: String {
    lineNumber == 0 ? "The SDP is invalid: \(reason)" : "SDP line \(lineNumber) (\"\(line)\") is invalid: \(reason)"
  }

  /// A line as it is shown in an error.
  static func excerpt(_ line: String) -> String {
    line.utf8.count <= 200 ? line : String(line.prefix(200)) + "…"
  }
}
