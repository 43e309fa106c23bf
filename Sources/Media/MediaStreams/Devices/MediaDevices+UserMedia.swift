import Dispatch
import RTCConstraints
import RTCFrames

extension MediaDevices {
  /// Opens devices that meet constraints (mediacapture-main, getUserMedia): one track for each kind that is asked for.
  ///
  /// A device that is open already is shared. Calls are answered in the order in which they were made.
  /// ```swift
  /// let stream = try await devices.getUserMedia(audio: true, video: .init(facingMode: .exact(.user), frameRate: .max(30)))
  /// ```
  ///
  /// - Parameters:
  ///   - audio: `true`, `false` or what is wanted of the microphone.
  ///   - video: `true`, `false` or what is wanted of the camera.
  /// - Throws: `MediaError` by its W3C name: `TypeError`, when nothing is asked for; `NotFoundError`, when there is no
  ///   device of a kind; `OverconstrainedError` with its `constraint`, when no device meets what is required;
  ///   `NotAllowedError`, when the devices may not be used; `NotReadableError`, when they are busy or broken;
  ///   `AbortError`, when they fail otherwise. Nothing stays open then.
  nonisolated(nonsending) public func getUserMedia(
    audio: MediaStreamConstraints.Request = false, video: MediaStreamConstraints.Request = false
  ) async throws -> MediaStream {
    try await getUserMedia(MediaStreamConstraints(audio: audio, video: video))
  }

  /// Opens devices that meet constraints, as `getUserMedia(audio:video:)` does.
  nonisolated(nonsending) public func getUserMedia(_ constraints: MediaStreamConstraints) async throws -> MediaStream {
    // Steps 2 and 3: the media types that are asked for.
    let wanted = Self.requested(constraints)
    guard !wanted.isEmpty else {
      throw MediaError(.typeError, "getUserMedia is to bring audio, video or both, and was asked for neither")
    }
    return try await requests.run {
      let devices = await discover()
      // Step 10.3: the candidates of each kind.
      var candidates: [(kind: MediaDeviceKind, constraints: MediaTrackConstraints, devices: [MediaDevice])] = []
      for (kind, constraints) in wanted {
        let meeting = try await self.candidates(kind, constraints, among: devices)
        candidates.append((kind, constraints, meeting))
      }
      // Step 10.5: permission, for both kinds in one question.
      let allowed = try await permitted(candidates.map { ($0.kind, $0.devices) })
      state.withLock { $0.exposed.formUnion(wanted.map(\.kind)) }
      // Step 10.9: the devices are opened.
      var tracks: [MediaStreamTrack] = []
      do {
        for candidate in candidates {
          let devices = candidate.devices.filter { allowed.contains($0.key) }
          tracks.append(try await open(candidate.constraints, devices))
        }
      } catch {
        for track in tracks { track.stop() }
        throw error
      }
      return MediaStream(tracks: tracks)
    }
  }

  /// Opens devices and calls back once (mediacapture-main, `NavigatorUserMedia`).
  @available(*, deprecated, message: "Use getUserMedia(_:), which is async")
  public func getUserMedia(
    _ constraints: MediaStreamConstraints, onSuccess: @escaping @Sendable (MediaStream) -> Void,
    onError: @escaping @Sendable (any Error) -> Void
  ) {
    Task {
      do { onSuccess(try await getUserMedia(constraints)) } catch { onError(error) }
    }
  }

  /// How constraints would be solved over all devices: each candidate with its distance, and why it was chosen or not.
  public func explain(
    audio: MediaStreamConstraints.Request = false, video: MediaStreamConstraints.Request = false
  ) async -> (audio: ConstraintReport?, video: ConstraintReport?) {
    let devices = await discover()
    func report(_ kind: MediaDeviceKind, _ constraints: MediaTrackConstraints?) -> ConstraintReport? {
      constraints.map { constraints in
        ConstraintReport(
          constraints.removingProperties(notOf: kind == .videoInput),
          in: sorted(devices, kind: kind).map { ($0.label, space(of: $0)) })
      }
    }
    return (report(.audioInput, audio.constraints), report(.videoInput, video.constraints))
  }

  private static func requested(
    _ constraints: MediaStreamConstraints
  ) -> [(kind: MediaDeviceKind, constraints: MediaTrackConstraints)] {
    [(MediaDeviceKind.audioInput, constraints.audio.constraints), (.videoInput, constraints.video.constraints)]
      .compactMap { kind, constraints in
        // Step 10.3.3: what is none of the kind is not looked at.
        constraints.map { (kind, $0.removingProperties(notOf: kind == .videoInput)) }
      }
  }

  /// Devices of a kind that can meet constraints, the best first (getUserMedia, step 10.3).
  private func candidates(
    _ kind: MediaDeviceKind, _ constraints: MediaTrackConstraints, among devices: [MediaDevice]
  ) async throws -> [MediaDevice] {
    let permission = await permissions.state(of: kind)
    let ofKind = sorted(devices, kind: kind)
    guard !ofKind.isEmpty else {
      // Who may not know is not told (getUserMedia specific failure is allowed).
      if permission == .denied { throw Self.notAllowed(kind) }
      throw MediaError(.notFoundError, "There is no \(Self.name(of: kind)): none is plugged in, none was added")
    }
    let spaces = ofKind.map { space(of: $0) }
    let selections = spaces.map { SelectSettings(constraints, in: $0) }
    let meeting = zip(ofKind, selections).filter { $0.1.selected != nil }
    guard !meeting.isEmpty else {
      if permission == .denied { throw Self.notAllowed(kind) }
      let failed = SelectSettings.failedConstraint(constraints, in: spaces)
      let reason =
        failed.isEmpty
        ? "meets all required constraints together, though each can be met" : "meets the constraint \(failed)"
      throw await MediaError.overconstrained(
        isExposed(kind) ? failed : "",
        "No \(Self.name(of: kind)) \(reason). explain(audio:video:) tells how each candidate fails.")
    }
    if permission == .denied { throw Self.notAllowed(kind) }
    // A stable order: among equals the default device comes first.
    return meeting.enumerated().sorted { left, right in
      let (near, far) = (left.element.1.distance, right.element.1.distance)
      return abs(near - far) > 1e-9 ? near < far : left.offset < right.offset
    }.map(\.element.0)
  }

  /// The candidates that may be used (getUserMedia, step 10.5).
  private func permitted(_ candidates: [(kind: MediaDeviceKind, devices: [MediaDevice])]) async throws -> Set<
    MediaDevice.Key
  > {
    var allowed: Set<MediaDevice.Key> = []
    var asked: [MediaDevice] = []
    for (kind, devices) in candidates {
      if await permissions.state(of: kind) == .prompt {
        asked += devices
      } else {
        allowed.formUnion(devices.map(\.key))
      }
    }
    if !asked.isEmpty {
      let granted = await permissions.request(asked.map(info))
      for device in asked {
        let info = info(device)
        if granted.contains(where: { $0.kind == info.kind && $0.deviceId == info.deviceId }) {
          allowed.insert(device.key)
        }
      }
    }
    for (kind, devices) in candidates where !devices.contains(where: { allowed.contains($0.key) }) {
      throw Self.notAllowed(kind)
    }
    return allowed
  }

  /// A track of the first device that can be opened (getUserMedia, step 10.9).
  nonisolated(nonsending) private func open(
    _ constraints: MediaTrackConstraints, _ devices: [MediaDevice]
  ) async throws -> MediaStreamTrack {
    var failures: [MediaError] = []
    for device in devices {
      do { return try await open(constraints, device) } catch let error as MediaError {
        failures.append(error)
      } catch {
        failures.append(MediaError(.abortError, "\(device.label) could not be opened: \(error)"))
      }
    }
    throw Self.failure(failures)
  }

  nonisolated(nonsending) private func open(
    _ constraints: MediaTrackConstraints, _ device: MediaDevice
  ) async throws -> MediaStreamTrack {
    let source = try await source(of: device)
    let coordinator = source.coordinator
    coordinator.identify(identity(of: device))
    let track = MediaStreamTrack(unattached: source, id: RandomIdentifier.make(), label: device.label, origin: .local)
    try await coordinator.apply(constraints, to: track.attachment) {
      try await Self.offThread { try track.attach() }
    }
    guard track.readyState == .live else {
      throw MediaError(.notReadableError, "\(device.label) was over before it could be opened")
    }
    return track
  }

  /// The source that tracks of a device share.
  nonisolated(nonsending) private func source(of device: MediaDevice) async throws -> TrackSource {
    if let source = state.withLock({ $0.sources[device.key]?.live }) { return source }
    guard let makeSource = device.makeSource else {
      throw MediaError(.notSupportedError, "\(device.label) is no input")
    }
    let source = try await Self.offThread { try makeSource() }
    state.withLock { $0.sources[device.key] = WeakSource(source) }
    return source
  }

  /// Devices are opened on a thread that may wait.
  nonisolated(nonsending) package static func offThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
    }
  }

  /// The one error for all devices that could not be opened, by the name of the last.
  private static func failure(_ failures: [MediaError]) -> MediaError {
    let message = failures.map(\.message).joined(separator: ". ")
    guard let last = failures.last else { return MediaError(.abortError, "no device was left to open") }
    switch last.name {
    case .overconstrainedError: return last
    case .notReadableError, .notAllowedError: return MediaError(last.name, message)
    default: return MediaError(.abortError, message)
    }
  }

  static func notAllowed(_ kind: MediaDeviceKind) -> MediaError {
    MediaError(.notAllowedError, "The program may not use a \(name(of: kind))")
  }

  private static func name(of kind: MediaDeviceKind) -> String {
    switch kind {
    case .audioInput: "microphone"
    case .videoInput: "camera"
    case .audioOutput: "output"
    }
  }
}
