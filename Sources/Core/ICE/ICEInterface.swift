/// What the agent has to know about the interface of a local address.
package struct ICEInterface: Hashable, Sendable {
  package var name: String
  /// Whether traffic to an unknown destination leaves through it.
  package var isDefaultRoute: Bool

  package init(name: String, isDefaultRoute: Bool = true) {
    self.name = name
    self.isDefaultRoute = isDefaultRoute
  }
}
