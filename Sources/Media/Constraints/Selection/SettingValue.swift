import RTCFrames

/// The value of one property in a settings dictionary or a constraint.
package enum SettingValue: Hashable, Sendable {
  case number(Double)
  case text(String)
  case flag(Bool)
}

extension SettingValue: CustomStringConvertible {
  package var description: String {
    switch self {
    case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    case .text(let text): text
    case .flag(let flag): "\(flag)"
    }
  }
}

extension EchoCancellation {
  var settingValue: SettingValue {
    switch self {
    case .disabled: .flag(false)
    case .enabled: .flag(true)
    case .all: .text("all")
    case .remoteOnly: .text("remote-only")
    }
  }
}

extension MediaTrackSettings {
  /// The value of a property; `nil` when the member does not exist.
  package subscript(property: ConstrainableProperty) -> SettingValue? {
    switch property {
    case .width: width.map { .number(Double($0)) }
    case .height: height.map { .number(Double($0)) }
    case .aspectRatio: aspectRatio.map { .number($0) }
    case .frameRate: frameRate.map { .number($0) }
    case .facingMode: facingMode.map { .text($0) }
    case .resizeMode: resizeMode.map { .text($0) }
    case .sampleRate: sampleRate.map { .number(Double($0)) }
    case .sampleSize: sampleSize.map { .number(Double($0)) }
    case .echoCancellation: echoCancellation?.settingValue
    case .autoGainControl: autoGainControl.map { .flag($0) }
    case .noiseSuppression: noiseSuppression.map { .flag($0) }
    case .latency: latency.map { .number($0) }
    case .channelCount: channelCount.map { .number(Double($0)) }
    case .deviceId: deviceId.map { .text($0) }
    case .groupId: groupId.map { .text($0) }
    }
  }
}
