import RTCBase

/// Carries datagrams in place of the kernel: what tests emulate.
package protocol DatagramNetwork: AnyObject, Sendable {
  /// Takes an address.
  ///
  /// - Parameters:
  ///   - address: port 0 lets the network choose.
  ///   - deliver: called on any thread with what arrives, in order.
  /// - Returns: the address that was taken.
  func bind(_ address: TransportAddress, deliver: @escaping @Sendable ([Transmit]) -> Void) throws -> TransportAddress
  /// Sends, in order.
  func send(_ datagrams: [Transmit])
  /// Gives an address back; what is on its way there is lost.
  func unbind(_ address: TransportAddress)
}
