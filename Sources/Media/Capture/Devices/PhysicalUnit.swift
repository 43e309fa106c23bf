import Glibc

/// What is known of the thing that devices belong to.
enum PhysicalUnit {
  /// The place in the tree of devices that is the same for the camera and the microphone of one webcam; `nil` for devices
  /// that have none.
  ///
  /// - Parameter link: the device's link in `/sys/class`.
  static func path(of link: String) -> String? {
    guard let resolved = realpath(link, nil) else { return nil }
    defer { free(resolved) }
    let path = String(cString: resolved)
    // Each interface of a USB device is a folder within that of the device, such as 1-1/1-1:1.0.
    var parts = path.split(separator: "/")
    if let last = parts.last, last.contains(":"), parts.dropLast().last?.contains("-") == true { parts.removeLast() }
    return "/" + parts.joined(separator: "/")
  }

  /// Where a camera looks, as far as its name tells.
  static func facingModes(ofCamera name: String) -> [String] {
    let name = name.lowercased()
    let names = [
      "user": ["front", "facetime", "user facing", "integrated"],
      "environment": ["rear", "back camera", "world facing"],
    ]
    return ["user", "environment"].filter { mode in names[mode]?.contains { name.contains($0) } == true }
  }
}
