import Glibc
import RTCFrames
import RTCMediaTestSupport
import Synchronization
import Testing

@testable import RTCCapture

@Suite("Devices that come and go", .serialized)
struct DeviceMonitorTests {
  /// A folder for devices, removed at the end of the test.
  private func withFolder(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/swift-webrtc-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { _ = Shell.runBlocking("rm -rf '\(folder)'") }
    try await body(folder)
  }

  @Test("MD-17: a device that makes several files is one change")
  func coalescing() async throws {
    try await withFolder { folder in
      let count = Atomic(0)
      let monitor = try DeviceMonitor(root: folder, quiet: .milliseconds(500)) {
        count.add(1, ordering: .relaxed)
      }
      for name in ["video0", "video1"] { Rig.write("", to: "\(folder)/\(name)") }
      chmod("\(folder)/video0", 0o660)
      #expect(await eventually { count.load(ordering: .relaxed) == 1 })
      unlink("\(folder)/video0")
      #expect(await eventually { count.load(ordering: .relaxed) == 2 })
      withExtendedLifetime(monitor) {}
    }
    #expect(await threadCount(named: "device monitor", becomes: 0))
  }

  @Test("MD-17: sound cards are noticed, also where there was none; other files are not")
  func sound() async throws {
    try await withFolder { folder in
      var changes = DeviceMonitor.changes(root: folder, quiet: .milliseconds(20)).makeAsyncIterator()
      Rig.write("", to: "\(folder)/tty7")
      Rig.write("", to: "\(folder)/videodev")
      mkdir("\(folder)/snd", 0o755)
      #expect(await changes.next() != nil)
      Rig.write("", to: "\(folder)/snd/seq")
      Rig.write("", to: "\(folder)/snd/pcmC0D0c")
      #expect(await changes.next() != nil)
      unlink("\(folder)/snd/pcmC0D0c")
      #expect(await changes.next() != nil)
    }
    #expect(await threadCount(named: "device monitor", becomes: 0))
  }

  @Test("a folder that is not there cannot be watched, and has no changes")
  func missing() async {
    let error = #expect(throws: MediaError.self) { _ = try DeviceMonitor(root: "/nonexistent") {} }
    #expect(error?.name == .notFoundError)
    let changes = DeviceMonitor.changes(root: "/nonexistent")
    let task = Task {
      for await _ in changes { return true }; return false
    }
    task.cancel()
    #expect(await task.value == false)
  }

  @Test("MD-14: the interfaces of one USB device are one unit")
  func units() async throws {
    try await withFolder { folder in
      let device = "\(folder)/usb1/1-1.2"
      _ = Shell.runBlocking("mkdir -p '\(device)/1-1.2:1.0' '\(device)/1-1.2:1.2' '\(folder)/platform/camera'")
      for (link, target) in [("video", "usb1/1-1.2/1-1.2:1.0"), ("card", "usb1/1-1.2/1-1.2:1.2")] {
        symlink("\(folder)/\(target)", "\(folder)/\(link)")
        #expect(PhysicalUnit.path(of: "\(folder)/\(link)")?.hasSuffix("/usb1/1-1.2") == true)
      }
      #expect(PhysicalUnit.path(of: "\(folder)/platform/camera")?.hasSuffix("/platform/camera") == true)
      #expect(PhysicalUnit.path(of: "\(folder)/nothing") == nil)
    }
  }

  @Test("CN-17: names of cameras tell where they look")
  func facing() {
    #expect(PhysicalUnit.facingModes(ofCamera: "Integrated Camera: Front") == ["user"])
    #expect(PhysicalUnit.facingModes(ofCamera: "ov5693 Rear") == ["environment"])
    #expect(PhysicalUnit.facingModes(ofCamera: "HD Pro Webcam C920") == [])
  }
}
