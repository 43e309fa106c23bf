/// Bits per second, written as a number that may end in k or M.
package enum BitrateArgument {
  package static func parse(_ text: String) throws -> Int {
    var digits = Substring(text)
    var factor = 1.0
    switch digits.last {
    case "k", "K": factor = 1_000
    case "m", "M": factor = 1_000_000
    default: break
    }
    if factor > 1 { digits.removeLast() }
    guard let number = Double(digits), (30_000...100_000_000).contains(number * factor) else {
      throw ToolError(
        "\"\(text)\" is not a bitrate; write bits per second from 30k to 100M, such as 800k, 2.5M or 1500000.")
    }
    return Int(number * factor)
  }
}
