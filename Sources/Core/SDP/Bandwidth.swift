/// A `b=` line (RFC 8866 §5.8).
package struct Bandwidth: Hashable, Sendable {
  /// `AS`, `CT`, `TIAS` or another name.
  package var type: String
  /// In kilobits per second for `AS` and `CT`, in bits per second for `TIAS` (RFC 3890 §6.2).
  package var value: UInt64

  package init(type: String, value: UInt64) {
    self.type = type
    self.value = value
  }
}
