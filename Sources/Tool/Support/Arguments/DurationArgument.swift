/// Seconds, written as a number.
package enum DurationArgument {
  package static func parse(_ text: String, range: ClosedRange<Double> = 1...604_800) throws -> Duration {
    let digits = text.hasSuffix("s") ? text.dropLast() : Substring(text)
    guard let seconds = Double(digits), range.contains(seconds) else {
      throw ToolError(
        "\"\(text)\" is not a duration that fits; write seconds from \(Int(range.lowerBound)) to \(Int(range.upperBound)), such as 10."
      )
    }
    return .seconds(seconds)
  }
}

extension Duration {
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
