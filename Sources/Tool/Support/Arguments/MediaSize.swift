import RTCFrames

/// The size of a picture, written `1280x720`.
package struct MediaSize: Hashable, Sendable, CustomStringConvertible {
  package let width: Int
  package let height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  package init(parsing text: String) throws {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]) else {
      throw ToolError("\"\(text)\" is not a size; write width and height in pixels, such as 1280x720.")
    }
    guard VideoFrameLayout.isValid(width: width, height: height), width >= 64, height >= 64 else {
      throw ToolError(
        "A picture cannot have \(text) pixels; width and height go from 64 to \(VideoFrameLayout.maximumDimension).")
    }
    self.init(width: width, height: height)
  }

  package var description: String { "\(width)x\(height)" }
}
