import Glibc

/// This program once more, with a camera without hardware preloaded.
struct RiggedProcess {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// - Returns: the status with which it ended.
  func run() throws -> Int32 {
    var template = Array("/tmp/swift-webrtc-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "there is no folder in /tmp") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { system("rm -rf '\(folder)'") }
    let sources = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Rigs/Camera"
    let build = "cc -O2 -shared -fPIC -o '\(folder)/camera.so' '\(sources)'/*.c -ldl -lpthread -lturbojpeg"
    guard system(build) == 0 else { throw Failure(description: "the camera of \(sources) could not be built") }
    system("mkdir '\(folder)/dev' && echo YUYV > '\(folder)/dev/video0' && echo MJPG > '\(folder)/dev/video1'")
    let status = system(
      "RIG_CAMERAS='\(folder)/dev' LD_PRELOAD='\(folder)/camera.so' '\(CommandLine.arguments[0])' '\(folder)/dev'")
    return status == 0 ? 0 : 1
  }
}
