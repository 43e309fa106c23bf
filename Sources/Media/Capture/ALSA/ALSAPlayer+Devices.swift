public import MediaStreams
import RTCFrames

extension ALSAPlayer {
  /// Opens the output that an identifier names (audio-output, setSinkId).
  /// ```swift
  /// let output = try await MediaDevices.shared.selectAudioOutput()
  /// let player = try await ALSAPlayer.open(deviceId: output.deviceId)
  /// ```
  ///
  /// - Parameters:
  ///   - deviceId: of a `MediaDeviceInfo`; "" and "default" are the system's default.
  ///   - devices: who knows the identifier.
  ///   - sampleRate: in hertz; where the device has another rate, sound is resampled to that.
  ///   - channels: 2 for stereo, 1 for mono; where the device has another number, sound is mixed to that.
  ///   - latency: what waits to be played on average, before the device's own buffer.
  /// - Throws: `MediaError`: `NotFoundError`, when there is no such output, `NotAllowedError`, when it may not be used,
  ///   and what `init` throws.
  nonisolated(nonsending) public static func open(
    deviceId: String, of devices: MediaDevices = .shared, sampleRate: Int = 48_000, channels: Int = 2,
    latency: Duration = .milliseconds(40)
  ) async throws -> ALSAPlayer {
    let output = try await devices.output(deviceId: deviceId)
    guard let address = output.address else {
      throw MediaError(.notSupportedError, "\(output.label) is no output of ALSA")
    }
    return try await MediaDevices.offThread {
      try ALSAPlayer(device: address, sampleRate: sampleRate, channels: channels, latency: latency)
    }
  }
}
