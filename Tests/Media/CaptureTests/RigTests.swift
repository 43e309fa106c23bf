import Glibc
import RTCMediaTestSupport
import Testing

@Suite("Capture rigs")
struct RigTests {
  /// The folder `Tests/Rigs`.
  private var sources: String {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/Rigs"
  }

  @Test(
    "GN-07, GN-08: a camera and a microphone without hardware", .enabled(if: Rig.hasCompiler, "there is no C compiler"),
    .disabled(if: Rig.folder != nil, "this is the process with the rigs"))
  func rigs() async throws {
    var template = Array("/tmp/swift-webrtc-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { _ = Shell.runBlocking("rm -rf '\(folder)'") }

    let camera = try await Shell.run(
      "cc -O1 -Wall -Werror -shared -fPIC -o '\(folder)/camera.so' '\(sources)'/Camera/*.c -ldl -lpthread -lturbojpeg")
    try #require(camera.isSuccess, "\(camera.output)")
    let plugin = "\(folder)/libasound_module_pcm_rig.so"
    let microphone = try await Shell.run(
      "cc -O1 -Wall -Werror -shared -fPIC -DPIC -o '\(plugin)' '\(sources)/Microphone/microphone.c' -lasound -lm")
    try #require(microphone.isSuccess, "\(microphone.output)")
    Rig.write(Self.soundConfiguration(plugin: plugin, folder: folder), to: folder + "/alsa.conf")
    _ = try await Shell.run("mkdir '\(folder)/dev' '\(folder)/control'")
    let cameras = [("video0", "YUYV MJPG"), ("video1", "NV12"), ("video2", "YU12"), ("video3", "GREY"), ("video4", "")]
    for (name, formats) in cameras + [("videoX", "YUYV")] { Rig.write(formats, to: folder + "/dev/" + name) }

    let program = try #require(CommandLine.arguments.first)
    // One after the other, since each counts what the process has open.
    for suite in ["CameraRigTests", "MicrophoneRigTests", "SpeakerRigTests", "SystemDevicesRigTests"] {
      let tests = try await Shell.run(
        "RTC_CAPTURE_RIG='\(folder)' RIG_CAMERAS='\(folder)/dev' RIG_CAMERA_CONTROL='\(folder)/control' "
          + "ALSA_CONFIG_PATH='\(folder)/alsa.conf' LD_PRELOAD='\(folder)/camera.so' "
          + "'\(program)' --filter '\(suite)' --testing-library swift-testing")
      #expect(tests.isSuccess, "\(tests.output)")
      #expect(tests.output.contains("passed") && !tests.output.contains("with 0 tests"), "\(tests.output)")
    }
  }

  /// Devices that differ as real ones do.
  private static func soundConfiguration(plugin: String, folder: String) -> String {
    func device(_ name: String, _ properties: String, hint: String? = nil) -> String {
      "pcm.\(name) { type rig frequency 1000 control \"\(folder)/\(name).control\" \(properties)"
        + (hint.map { " hint { show on description \"\($0)\" }" } ?? "") + " }"
    }
    return [
      "pcm_type.rig { lib \"\(plugin)\" }",
      device("rigmic", "", hint: "Rig microphone"),
      device("rigfloat", "format FLOAT rate 44100 channels 2"),
      device("rigint", "format S32 rate 16000 channels 1"),
      device("rigmapped", "mapped 1"),
      device("rigfast", "skew 3000"),
      device("rigspeaker", "rate 44100 channels 2 record \"\(folder)/played\"", hint: "Rig speaker"),
      device("rigslow", "skew -3000"),
      device("upmix", "", hint: "Not a device of its own"),
      "pcm.rignowhere { type hw card 31 hint { show on description \"Nowhere\" } }",
      device("rigroom", "rate 44100 channels 2 record \"\(folder)/room\""),
      device("rigecho", "rate 44100 channels 2 echo \"\(folder)/room\""),
    ].joined(separator: "\n")
  }
}
