/// A colour as screens show it, red, green and blue from 0 to 255.
public struct PatternColour: Hashable, Sendable {
  /// 0 to 255.
  public var red: Int
  /// 0 to 255.
  public var green: Int
  /// 0 to 255.
  public var blue: Int

  /// A colour of its components.
  public init(red: Int, green: Int, blue: Int) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A shade of grey.
  package init(grey: Int) { self.init(red: grey, green: grey, blue: grey) }

  /// The colour of limited-range YCbCr values (ITU-R BT.601-7 §2.5.4).
  package init(luma: Double, cb: Double, cr: Double) {
    let scaled = (luma - 16) * 255 / 219
    let blueDifference = (cb - 128) * 255 / 224
    let redDifference = (cr - 128) * 255 / 224
    func component(_ value: Double) -> Int { Int(min(255, max(0, value)).rounded()) }
    red = component(scaled + 1.402 * redDifference)
    green = component(scaled - 0.344_136 * blueDifference - 0.714_136 * redDifference)
    blue = component(scaled + 1.772 * blueDifference)
  }

  /// The limited-range YCbCr values (ITU-R BT.601-7 §2.5).
  package var components: (luma: UInt8, cb: UInt8, cr: UInt8) {
    let (red, green, blue) = (Double(red) / 255, Double(green) / 255, Double(blue) / 255)
    let luma = 16 + 65.481 * red + 128.553 * green + 24.966 * blue
    let cb = 128 - 37.797 * red - 74.203 * green + 112 * blue
    let cr = 128 + 112 * red - 93.786 * green - 18.214 * blue
    func byte(_ value: Double) -> UInt8 { UInt8(min(255, max(0, value)).rounded()) }
    return (byte(luma), byte(cb), byte(cr))
  }

  /// The largest difference of a component.
  package func distance(to other: PatternColour) -> Int {
    max(abs(red - other.red), abs(green - other.green), abs(blue - other.blue))
  }
}
