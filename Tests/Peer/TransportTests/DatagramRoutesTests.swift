import RTCBase
import RTCSTUN
import Testing

@testable import RTCTransport

@Suite("Whose datagram it is, on a port that connections share")
struct DatagramRoutesTests {
  private final class Receiver: DatagramReceiver {
    func receive(_ datagram: RawSpan, from remote: TransportAddress, to local: TransportAddress) {}
    func receiveBatchEnded() {}
  }

  private let remote = TransportAddress(IPAddress(v4: 192, 0, 2, 7), port: 4_000)

  private func bindingRequest(_ username: String) -> [UInt8] {
    let text = Array(username.utf8)
    let padded = text + [UInt8](repeating: 0, count: (4 - text.count % 4) % 4)
    let length = padded.count + 4
    return [0, 1, 0, UInt8(length), 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 9, count: 12)
      + [0, 6, 0, UInt8(text.count)] + padded
  }

  private func owner(
    _ routes: inout DatagramRoutes, _ datagram: [UInt8], from remote: TransportAddress
  ) -> (any DatagramReceiver)? {
    datagram.withRawSpan { routes.receiver(for: $0, from: remote) }
  }

  private let media: [UInt8] = [0x80, 96, 0, 1]

  private func expect(
    _ routes: inout DatagramRoutes, _ remote: TransportAddress, for receiver: Receiver, _ datagram: [UInt8]? = nil
  ) {
    (datagram ?? media).withRawSpan { routes.expect($0, to: remote, for: receiver) }
  }

  /// A binding request without attributes, or its answer.
  private func message(_ isAnswer: Bool, _ transaction: UInt16) -> [UInt8] {
    [isAnswer ? 1 : 0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 9, count: 10)
      + [UInt8(transaction >> 8), UInt8(transaction & 255)]
  }

  @Test("IC-17: a binding request goes to the connection that its user name names")
  func byUsername() {
    let (first, second) = (Receiver(), Receiver())
    var routes = DatagramRoutes()
    routes.add(first, fragment: "aaaa")
    routes.add(second, fragment: "bbbb")
    #expect(owner(&routes, bindingRequest("aaaa:peer"), from: remote) === first)
    #expect(owner(&routes, bindingRequest("bbbb:peer"), from: remote) === second)
    #expect(owner(&routes, bindingRequest("cccc:peer"), from: remote) == nil)
    #expect(routes.receiverCount == 2)
    routes.remove(fragment: "bbbb")
    #expect(owner(&routes, bindingRequest("bbbb:peer"), from: remote) == nil)
  }

  @Test("IC-17: everything else goes to the connection that sends to its address")
  func byAddress() {
    let (receiver, other) = (Receiver(), Receiver())
    var routes = DatagramRoutes()
    routes.add(receiver, fragment: "aaaa")
    routes.add(other, fragment: "bbbb")
    #expect(owner(&routes, media, from: remote) == nil)
    expect(&routes, remote, for: receiver)
    #expect(owner(&routes, media, from: remote) === receiver)
    #expect(owner(&routes, [], from: remote) === receiver)
    #expect(owner(&routes, media, from: TransportAddress(remote.ip, port: 4_001)) == nil)
  }

  @Test("A port's only connection gets everything: its peer's address may have changed")
  func soleReceiver() {
    let (receiver, other) = (Receiver(), Receiver())
    var routes = DatagramRoutes()
    #expect(owner(&routes, [0x80], from: remote) == nil)
    routes.add(receiver, fragment: "aaaa")
    routes.add(receiver, fragment: "cccc")
    #expect(owner(&routes, [0x80], from: remote) === receiver)
    #expect(routes.addressCount == 0)
    routes.add(other, fragment: "bbbb")
    #expect(owner(&routes, [0x80], from: remote) == nil)
    routes.remove(other)
    #expect(owner(&routes, [0x80], from: remote) === receiver)
    #expect(owner(&routes, bindingRequest("bbbb:peer"), from: remote) == nil)
  }

  @Test("IC-17: an address is taken over by proof alone, not by sending to it")
  func takeOver() {
    let (owner, stranger) = (Receiver(), Receiver())
    var routes = DatagramRoutes()
    routes.add(owner, fragment: "aaaa")
    routes.add(stranger, fragment: "bbbb")
    expect(&routes, remote, for: owner)
    expect(&routes, remote, for: stranger)
    #expect(self.owner(&routes, [22], from: remote) === owner)
    routes.confirm(remote, for: stranger)
    #expect(self.owner(&routes, [22], from: remote) === stranger)
    expect(&routes, remote, for: owner)
    #expect(self.owner(&routes, [22], from: remote) === stranger)
    #expect(routes.addressCount == 1 && routes.rivals(at: remote).isEmpty)
  }

  @Test("An address that is proven for a connection stays with it, whoever else proves it with a forged sender")
  func contested() {
    let owner = Receiver()
    let forgers = (0..<5).map { _ in Receiver() }
    var routes = DatagramRoutes()
    routes.add(owner, fragment: "aaaa")
    routes.confirm(remote, for: owner)
    for (index, forger) in forgers.enumerated() {
      routes.add(forger, fragment: "f\(index)")
      routes.confirm(remote, for: forger)
      routes.confirm(remote, for: forger)
      #expect(self.owner(&routes, [22], from: remote) === owner)
    }
    let rivals = routes.rivals(at: remote)
    #expect(rivals.count == DatagramRoutes.rivalLimit)
    #expect(zip(rivals, forgers.suffix(3)).allSatisfy { $0 === $1 })
    #expect(routes.rivals(at: TransportAddress(remote.ip, port: 4_001)).isEmpty)
    // Who stays when the owner goes had proven it too.
    routes.remove(owner)
    #expect(self.owner(&routes, [22], from: remote) === forgers[2])
    #expect(routes.rivals(at: remote).count == 2)
    for forger in forgers { routes.remove(forger) }
    #expect(routes.addressCount == 0 && routes.rivals(at: remote).isEmpty)
  }

  @Test("IC-17: what a connection leaves behind is nothing")
  func leaving() {
    let receiver = Receiver()
    var routes = DatagramRoutes()
    routes.add(receiver, fragment: "aaaa")
    routes.add(receiver, fragment: "bbbb")
    routes.confirm(remote, for: receiver)
    _ = owner(&routes, [22], from: remote)
    routes.remove(receiver)
    #expect(routes.isEmpty && routes.addressCount == 0 && routes.receiverCount == 0)
    #expect(owner(&routes, [22], from: remote) == nil)
  }

  @Test("The addresses of one connection are bounded, and another's stay free")
  func bound() {
    let (greedy, modest) = (Receiver(), Receiver())
    var routes = DatagramRoutes()
    for port in 1...UInt16(1_000) { expect(&routes, TransportAddress(remote.ip, port: port), for: greedy, [0, 1]) }
    #expect(routes.addressCount == DatagramRoutes.addressLimitPerReceiver)
    expect(&routes, TransportAddress(remote.ip, port: 2_000), for: modest)
    #expect(owner(&routes, [22], from: TransportAddress(remote.ip, port: 2_000)) === modest)
    routes.remove(greedy)
    #expect(routes.addressCount == 1)
  }

  @Test("A connection whose addresses are full goes on at its path, and still finds another")
  func fullOfAddresses() {
    let (busy, rival, other) = (Receiver(), Receiver(), Receiver())
    var routes = DatagramRoutes()
    for (receiver, fragment) in [(busy, "aaaa"), (rival, "bbbb"), (other, "cccc")] {
      routes.add(receiver, fragment: fragment)
    }
    let contested = TransportAddress(remote.ip, port: 5_000)
    routes.confirm(contested, for: other)
    expect(&routes, contested, for: busy)
    routes.confirm(contested, for: busy)
    expect(&routes, contested, for: busy)
    routes.confirm(remote, for: busy)
    expect(&routes, remote, for: busy)
    // Checks that somebody copies from many addresses are answered from each.
    for port in 10_000..<UInt16(12_000) {
      let copier = TransportAddress(remote.ip, port: port)
      routes.confirm(copier, for: busy)
      expect(&routes, copier, for: busy, message(true, port))
      #expect(owner(&routes, [22], from: remote) === busy)
      #expect(routes.rivals(at: contested).first === busy)
    }
    #expect(routes.addressCount == DatagramRoutes.addressLimitPerReceiver)
    let moved = TransportAddress(remote.ip, port: 4_001)
    routes.confirm(moved, for: busy)
    #expect(owner(&routes, [22], from: moved) === busy)
    #expect(owner(&routes, [22], from: TransportAddress(remote.ip, port: 10_000)) == nil)
    #expect(owner(&routes, [22], from: TransportAddress(remote.ip, port: 11_999)) === busy)
    // More paths than addresses are kept: the oldest goes.
    for port in 20_000..<UInt16(20_300) { expect(&routes, TransportAddress(remote.ip, port: port), for: busy) }
    #expect(owner(&routes, [22], from: TransportAddress(remote.ip, port: 20_299)) === busy)
    routes.remove(busy)
    routes.remove(other)
    #expect(routes.addressCount == 0 && routes.rivals(at: contested).isEmpty)
  }

  @Test("IC-17: an answer goes to the connection that asked, though another one sent to its address first")
  func answers() {
    let (first, second) = (Receiver(), Receiver())
    var routes = DatagramRoutes()
    routes.add(first, fragment: "aaaa")
    routes.add(second, fragment: "bbbb")
    expect(&routes, remote, for: first, message(false, 1))
    expect(&routes, remote, for: second, message(false, 2))
    #expect(owner(&routes, message(true, 1), from: remote) === first)
    #expect(owner(&routes, message(true, 2), from: remote) === second)
    // What nobody asked is of no more weight than before.
    #expect(owner(&routes, message(true, 3), from: remote) === first)
    #expect(owner(&routes, message(false, 2), from: remote) === first)
    // The peer lives where the second one asked: it proves it by its answer alone, as a lite agent does.
    routes.confirm(remote, for: second)
    #expect(owner(&routes, [22], from: remote) === second)
    routes.remove(second)
    #expect(owner(&routes, message(true, 2), from: remote) === first)
    #expect(routes.questionCount == 1)
  }

  @Test("The questions of one connection are bounded: of more the latest find their answers")
  func questionBound() {
    let (greedy, modest) = (Receiver(), Receiver())
    var routes = DatagramRoutes()
    routes.add(greedy, fragment: "aaaa")
    routes.add(modest, fragment: "bbbb")
    expect(&routes, remote, for: modest, message(false, 0))
    for transaction in UInt16(1)...2_000 {
      for _ in 0..<2 { expect(&routes, remote, for: greedy, message(false, transaction)) }
    }
    #expect(routes.questionCount == STUNQuestions.limitPerReceiver + 1)
    #expect(owner(&routes, message(true, 0), from: remote) === modest)
    #expect(owner(&routes, message(true, 1), from: remote) === modest)
    for transaction in UInt16(1_500)...2_000 {
      #expect(owner(&routes, message(true, transaction), from: remote) === greedy)
    }
    routes.remove(greedy)
    #expect(routes.questionCount == 1)
  }
}
