import Foundation
import MediaStreams

/// Constraints as written on the command line: the JSON that a browser's `getUserMedia` takes.
package enum ConstraintsArgument {
  package static func parse(_ text: String) throws -> MediaStreamConstraints {
    do { return try JSONDecoder().decode(MediaStreamConstraints.self, from: Data(text.utf8)) } catch {
      throw ToolError(
        "\"\(text)\" are no constraints; write JSON as getUserMedia takes it, such as "
          + #"'{"video": {"width": 640, "frameRate": {"max": 15}}}'."#)
    }
  }
}
