import RTCFrames

extension MediaDevices {
  /// Devices that come and go (mediacapture-main, `devicechange`). Watching begins when this is asked for first.
  public var events: EventSequence<DeviceChangeEvent> {
    monitor()
    return broadcaster.sequence
  }

  private func monitor() {
    let isFirst = state.withLock { state in
      defer { state.isMonitoring = true }
      return !state.isMonitoring
    }
    guard isFirst else { return }
    let monitors = providers.map { provider in
      let changes = provider.changes
      return Task { [weak self] in
        await self?.remember()
        for await _ in changes { await self?.refresh() }
      }
    }
    state.withLock { $0.monitors = monitors }
    if providers.isEmpty { state.withLock { state in state.stored = state.stored ?? state.virtual } }
  }

  private func remember() async {
    let devices = await discover()
    state.withLock { state in if state.stored == nil { state.stored = devices } }
  }

  /// Virtual devices have changed.
  func changed() {
    guard state.withLock({ $0.isMonitoring }) else { return }
    Task { [weak self] in await self?.refresh() }
  }

  /// Looks what is there, and tells what is new (mediacapture-main, device change notification steps).
  func refresh() async {
    try? await refreshes.run {
      let devices = await discover()
      let (old, gone) = state.withLock { state -> ([MediaDevice]?, [WeakSource]) in
        let old = state.stored
        state.stored = devices
        let missing = Set((old ?? []).map(\.key)).subtracting(devices.map(\.key))
        return (old, missing.compactMap { state.sources.removeValue(forKey: $0) })
      }
      // A driver may not have noticed yet.
      for source in gone { source.end() }
      let (before, now) = (Set((old ?? []).map(\.key)), Set(devices.map(\.key)))
      guard old != nil, before != now else { return }
      let infos = await describe(devices)
      let inserted = devices.filter { !before.contains($0.key) }.map(info)
      broadcaster.send(
        DeviceChangeEvent(
          devices: infos,
          userInsertedDevices: infos.filter { info in
            inserted.contains { $0.kind == info.kind && $0.deviceId == info.deviceId }
          }))
    }
  }
}
