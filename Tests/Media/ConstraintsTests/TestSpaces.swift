import RTCConstraints
import RTCFrames

/// A webcam as many are: wide and narrow sizes, and slow where it is large.
let webcam = SettingsSpace(
  isVideo: true,
  modes: [
    MediaSourceMode(width: 640, height: 480, frameRates: [30, 15]),
    MediaSourceMode(width: 320, height: 240, frameRates: [30]),
    MediaSourceMode(width: 1280, height: 720, frameRates: [30, 10]),
    MediaSourceMode(width: 1920, height: 1080, frameRates: [30]),
  ], deviceId: "webcam", groupId: "unit", facingModes: ["user"])

/// A camera of one size.
func camera(_ width: Int, _ height: Int, _ frameRates: [Double] = [30], facing: [String] = []) -> SettingsSpace {
  SettingsSpace(
    isVideo: true, modes: [MediaSourceMode(width: width, height: height, frameRates: frameRates)], deviceId: "camera",
    facingModes: facing)
}

/// A stereo microphone of 44.1 and 48 kHz, whose sound can be processed.
let microphone: SettingsSpace = {
  var mode = MediaSourceMode(
    sampleRate: .list([44_100, 48_000]), channelCount: .list([1, 2]), latency: .range(min: 0.005, max: 0.1, step: 0))
  mode.echoCancellation = [false, true, .remoteOnly]
  mode.autoGainControl = [false]
  mode.noiseSuppression = [false, true]
  return SettingsSpace(
    isVideo: false, modes: [mode], deviceId: "microphone", supported: Set(ConstrainableProperty.allCases))
}()

extension SettingsSpace {
  func select(_ constraints: MediaTrackConstraints) -> MediaTrackSettings? {
    SelectSettings(constraints, in: self).selected?.settings
  }

  func failure(_ constraints: MediaTrackConstraints) -> String {
    SelectSettings.failedConstraint(constraints, in: [self])
  }
}

extension MediaTrackSettings {
  /// Size, rate and whether it is derived, for comparisons at a glance: `640x480@30`, `320x180@10*`.
  var summary: String {
    guard let width, let height else { return "\(sampleRate ?? 0)/\(channelCount ?? 0)" }
    let rate = frameRate.map { "@\($0 == $0.rounded() ? "\(Int($0))" : "\($0)")" } ?? ""
    return "\(width)x\(height)\(rate)\(resizeMode == "none" ? "" : "*")"
  }
}
