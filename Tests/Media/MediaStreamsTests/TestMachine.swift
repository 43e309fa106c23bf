import MediaStreams
import Synchronization

/// A machine whose devices come and go as a test wants.
final class TestMachine: MediaDeviceProvider {
  private struct State {
    var devices: [MediaDevice]
    var watchers: [AsyncStream<Void>.Continuation] = []
  }

  private let state: Mutex<State>

  init(_ devices: [MediaDevice] = []) { state = Mutex(State(devices: devices)) }

  func devices() async -> [MediaDevice] { state.withLock { $0.devices } }

  var changes: AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    state.withLock { $0.watchers.append(continuation) }
    return stream
  }

  func plugIn(_ device: MediaDevice) { change { $0.append(device) } }
  func unplug(_ uniqueID: String) { change { $0.removeAll { $0.uniqueID == uniqueID } } }

  private func change(_ body: (inout [MediaDevice]) -> Void) {
    let watchers = state.withLock { state in
      body(&state.devices)
      return state.watchers
    }
    for watcher in watchers { watcher.yield() }
  }
}

/// A camera of a test, with the sources that were made of it.
final class TestCamera: Sendable {
  let name: String
  private let made = Mutex<[ModalSource<VideoFrame>]>([])
  private let failure: MediaError?

  init(_ name: String, failure: MediaError? = nil) {
    self.name = name
    self.failure = failure
  }

  var sources: [ModalSource<VideoFrame>] { made.withLock { $0 } }

  func device(
    isDefault: Bool = false, facingModes: [String] = [], modes: [MediaSourceMode]? = nil
  ) -> MediaDevice {
    .camera(
      uniqueID: name, groupID: "unit of \(name)", label: name, isDefault: isDefault, facingModes: facingModes,
      modes: modes ?? webcamSource().modes,
      makeSource: { [self] in
        let source = webcamSource(label: name, startFailure: failure)
        made.withLock { $0.append(source) }
        return source
      })
  }
}

/// A microphone of a test, with the sources that were made of it.
final class TestMicrophone: Sendable {
  let name: String
  let group: String
  private let made = Mutex<[ModalSource<AudioFrame>]>([])

  init(_ name: String, group: String? = nil) {
    self.name = name
    self.group = group ?? "unit of \(name)"
  }

  var sources: [ModalSource<AudioFrame>] { made.withLock { $0 } }

  func device(isDefault: Bool = false) -> MediaDevice {
    .microphone(
      uniqueID: name, groupID: group, label: name, isDefault: isDefault, modes: microphoneSource().modes,
      makeSource: { [self] in
        let source = microphoneSource(label: name)
        made.withLock { $0.append(source) }
        return source
      })
  }
}

extension MediaDevices {
  /// Devices of a test, whose identifiers are the same each time.
  convenience init(
    _ devices: [MediaDevice], permissions: any MediaPermissionBroker = FixedPermissions(), salt: UInt8 = 1
  ) {
    self.init(
      providers: [TestMachine(devices)], permissions: permissions, salt: .fixed([UInt8](repeating: salt, count: 16)))
  }
}
