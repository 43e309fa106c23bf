/// Whether devices of a kind may be used (the `PermissionState` of the Permissions API).
public enum MediaPermissionState: String, Hashable, Codable, Sendable {
  /// They may.
  case granted
  /// They may not.
  case denied
  /// Somebody has to be asked.
  case prompt
}

/// Decides which devices a program may use: nobody has to be asked unless a program puts one of its own in place.
public protocol MediaPermissionBroker: Sendable {
  /// Whether devices of a kind may be used.
  func state(of kind: MediaDeviceKind) async -> MediaPermissionState
  /// Asks for devices of kinds whose state is `prompt`.
  ///
  /// - Parameter candidates: devices that would do, of each kind the best first.
  /// - Returns: those that may be used; without one of a kind, the kind is refused.
  func request(_ candidates: [MediaDeviceInfo]) async -> [MediaDeviceInfo]
  /// Asks which display is to be captured (screen-capture, getDisplayMedia), each time.
  ///
  /// - Parameter displays: the names of those that there are.
  /// - Returns: the index of one; `nil` when none may be captured.
  func chooseDisplay(_ displays: [String]) async -> Int?
}

extension MediaPermissionBroker {
  /// The first.
  public func chooseDisplay(_ displays: [String]) async -> Int? { 0 }
}

/// The same answer for all devices of a kind.
public struct FixedPermissions: MediaPermissionBroker {
  private let states: [MediaDeviceKind: MediaPermissionState]

  /// Everything is allowed but for these kinds.
  public init(_ states: [MediaDeviceKind: MediaPermissionState] = [:]) { self.states = states }

  /// What was given for the kind; `granted` for others.
  public func state(of kind: MediaDeviceKind) -> MediaPermissionState { states[kind] ?? .granted }
  /// Grants the best of each kind.
  public func request(_ candidates: [MediaDeviceInfo]) -> [MediaDeviceInfo] { candidates }
}
