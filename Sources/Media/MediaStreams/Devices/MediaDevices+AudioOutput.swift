import RTCFrames

extension MediaDevices {
  /// Chooses an output (audio-output, selectAudioOutput). From then on `enumerateDevices` lists the outputs.
  ///
  /// Without a broker that asks somebody it is the one that is wanted or, when that is not there, the default.
  ///
  /// - Parameter deviceId: the one that is wanted, such as that of the last time; "" for any.
  /// - Throws: `MediaError`: `NotFoundError`, when there is no output, `NotAllowedError`, when none may be used.
  nonisolated(nonsending) public func selectAudioOutput(deviceId: String = "") async throws -> MediaDeviceInfo {
    let permission = await permissions.state(of: .audioOutput)
    if permission == .denied { throw Self.notAllowed(.audioOutput) }
    let outputs = sorted(await discover(), kind: .audioOutput).map(info)
    let wanted = outputs.filter { $0.deviceId == deviceId } + outputs.filter { $0.deviceId != deviceId }
    guard let first = wanted.first else {
      throw MediaError(.notFoundError, "There is no output: none is plugged in, none was added")
    }
    var chosen: MediaDeviceInfo? = first
    if permission == .prompt {
      let granted = await permissions.request(wanted)
      chosen = wanted.first { output in granted.contains { $0.kind == .audioOutput && $0.deviceId == output.deviceId } }
    }
    guard let chosen else { throw Self.notAllowed(.audioOutput) }
    state.withLock { _ = $0.exposed.insert(.audioOutput) }
    return chosen
  }

  /// The output that an identifier names (audio-output, setSinkId); the default for "" and "default".
  ///
  /// - Throws: `MediaError`: `NotFoundError`, when it is not there, `NotAllowedError`, when it may not be used.
  nonisolated(nonsending) package func output(deviceId: String) async throws -> MediaDevice {
    let permission = await permissions.state(of: .audioOutput)
    let isSelected = state.withLock { $0.exposed.contains(.audioOutput) }
    guard permission == .granted || (permission == .prompt && isSelected) else { throw Self.notAllowed(.audioOutput) }
    let outputs = sorted(await discover(), kind: .audioOutput)
    let isStandard = deviceId.isEmpty || deviceId == "default"
    guard let output = outputs.first(where: { isStandard || info($0).deviceId == deviceId }) else {
      throw MediaError(.notFoundError, "There is no output \(deviceId); enumerateDevices() lists those that there are")
    }
    return output
  }
}
