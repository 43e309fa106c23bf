/// How a network address translator maps and filters (RFC 4787 §4.1, §5).
public struct NATBehavior: Hashable, Sendable {
  /// What a mapping or a filter depends on.
  public enum Dependency: String, Hashable, Sendable, CaseIterable {
    /// Nothing: any remote address.
    case endpointIndependent
    /// The remote IP address.
    case addressDependent
    /// The remote IP address and port.
    case addressAndPortDependent
  }

  /// When another outside port is taken.
  public var mapping: Dependency
  /// Who gets in: anyone, or only whom the inside has sent to.
  public var filtering: Dependency

  /// A translator that maps and filters as told.
  public init(mapping: Dependency, filtering: Dependency) {
    self.mapping = mapping
    self.filtering = filtering
  }

  /// One port for all, open to all.
  public static let fullCone = NATBehavior(mapping: .endpointIndependent, filtering: .endpointIndependent)
  /// One port for all, open to hosts that were sent to.
  public static let restrictedCone = NATBehavior(mapping: .endpointIndependent, filtering: .addressDependent)
  /// One port for all, open to ports that were sent to: most homes.
  public static let portRestrictedCone = NATBehavior(mapping: .endpointIndependent, filtering: .addressAndPortDependent)
  /// A port for each destination: many companies and mobile networks.
  public static let symmetric = NATBehavior(mapping: .addressAndPortDependent, filtering: .addressAndPortDependent)
}
