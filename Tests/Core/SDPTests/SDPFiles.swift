import Foundation

/// Where the descriptions that the tests read are kept.
enum SDPFiles {
  private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let fixtures = root.appending(path: "Tests/Vectors/sdp")
  /// Larger collections that stand beside a checkout, where there are any.
  static let shared = root.deletingLastPathComponent().appending(path: "shared")
  static let hasShared = FileManager.default.fileExists(atPath: shared.path)

  /// The names of a folder's descriptions, sorted.
  static func names(in folder: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".sdp") }.sorted()
  }

  static func text(_ name: String, in folder: URL) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
  }
}
