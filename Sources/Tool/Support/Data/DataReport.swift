/// What became of a file that was to be sent.
package struct DataReport: Codable, Hashable, Sendable {
  package var path: String
  package var bytes: Int
  /// From the opening of the channel to the other end's confirmation.
  package var seconds: Double
  /// Of the file as it was read, in hexadecimal digits; `nil` when it was not sent to its end.
  package var sha256: String?
  package var verdict: Verdict

  /// In bits per second.
  package var bitrate: Double { seconds > 0 ? Double(bytes) * 8 / seconds : 0 }
}
