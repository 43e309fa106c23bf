import RTCBase
import RTCICE
import RTCSTUN
import RTCSecurity
import Testing

/// A peer made of single messages, for what no proper agent would send.
final class TestPeer {
  let local: ICECredentials
  let remote: ICECredentials
  private let random = RandomSource.seeded(77)
  private let crypto = TestCrypto()
  private(set) var received: [Transmit] = []

  init(local: ICECredentials, remote: ICECredentials) {
    self.local = local
    self.remote = remote
  }

  func makeCheck(
    id: STUNTransactionID? = nil, password: String? = nil, username: String? = nil, priority: UInt32? = 1,
    nominating: Bool = false, role: STUNAttributeType? = .iceControlling, extra: [STUNAttributeType] = [],
    signed: Bool = true
  ) -> [UInt8] {
    var writer = STUNMessageWriter(
      STUNMessageType(.request, .binding), transactionID: id ?? STUNTransactionID(random: random))
    writer.write(.username, text: username ?? remote.ufrag + ":" + local.ufrag)
    if let priority { writer.write(.priority, priority) }
    if let role { writer.write(role, UInt64(1)) }
    if nominating { writer.write(.useCandidate) }
    for type in extra { writer.write(type, [1, 2, 3]) }
    let key = Array((password ?? remote.password).utf8)
    return writer.finish(signed ? crypto.makeMessageAuthenticator(key: key) : nil)
  }

  /// Sends a check and listens to what leaves from now on.
  @discardableResult
  func check(
    _ simulation: ICESimulation, from source: TransportAddress, to destination: TransportAddress, priority: UInt32,
    nominating: Bool = false
  ) -> ICEVerdict? {
    listen(simulation)
    return simulation.inject(makeCheck(priority: priority, nominating: nominating), from: source, to: destination)
  }

  func listen(_ simulation: ICESimulation) {
    simulation.observe = { [self] _, transmit in received.append(transmit) }
  }

  func makeAnswer(to request: [UInt8], seenFrom address: TransportAddress, error: STUNErrorCode? = nil) -> [UInt8]? {
    guard let message = request.withRawSpan({ STUNMessage(parsing: $0) }), message.type.messageClass == .request else {
      return nil
    }
    var writer = STUNMessageWriter(
      STUNMessageType(error == nil ? .success : .error, .binding), transactionID: message.transactionID)
    if let error { writer.writeErrorCode(error) } else { writer.writeXORMappedAddress(address) }
    return writer.finish(crypto.makeMessageAuthenticator(key: Array(local.password.utf8)))
  }

  /// Answers every request that came in since the last time, or only those to one address.
  func answerAll(_ simulation: ICESimulation, from address: TransportAddress? = nil) {
    let requests = received.filter { address == nil || $0.destination == address }
    received.removeAll()
    for transmit in requests {
      guard let answer = makeAnswer(to: transmit.bytes, seenFrom: transmit.source) else { continue }
      _ = simulation.inject(answer, from: transmit.destination, to: transmit.source)
    }
  }
}
