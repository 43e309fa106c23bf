import RTCFrames

/// The ramp that the rig's cameras film: 200 shades, one every two pixels, in one colour.
enum RigPicture {
  /// Whether a frame shows the ramp, each value within `tolerance`. What JPEG blurs where the ramp begins anew is left out.
  static func isShown(in frame: VideoFrame, isGrey: Bool = false, tolerance: Int = 0) -> Bool {
    let chroma = isGrey ? (cb: 128, cr: 128) : (cb: 100, cr: 160)
    var (right, wrong) = (0, 0)
    for y in stride(from: 0, to: frame.height, by: 47) {
      for x in stride(from: 0, to: frame.width - 20, by: 26) {
        let (pixel, other) = (frame.pixel(x: x, y: y), frame.pixel(x: x + 20, y: frame.height - 1 - y))
        let step = (Int(other.luma) - Int(pixel.luma) + 200) % 200
        let isRight =
          abs(step - 20) <= tolerance && abs(Int(pixel.cb) - chroma.cb) <= tolerance
          && abs(Int(pixel.cr) - chroma.cr) <= tolerance
        if isRight { right += 1 } else { wrong += 1 }
      }
    }
    return wrong <= (tolerance == 0 ? 0 : right / 6)
  }

  /// The number of the picture modulo 100, told from its first pixel.
  static func number(of frame: VideoFrame) -> Int { (Int(frame.pixel(x: 0, y: 0).luma) - 16) / 2 }
}
