internal import NIOCore
internal import NIOPosix
internal import RTCBase
internal import RTCEngine
internal import RTCICE
internal import RTCJSEP
internal import RTCTransport

extension RTCPeerConnection {
  /// Opens sockets for a transport, or tells those it has the credentials of a restart.
  func gather(_ transport: TransportID, fragment: String) {
    resolveServers()
    if let shared = options.sharedPort {
      use(shared.ports.value, for: transport, fragment: fragment)
      return
    }
    if let ports = ownPorts[transport] {
      for port in ports { driver.attach(port, fragment: fragment) }
      return
    }
    let addresses: [NetworkInterfaces.Address]
    do {
      addresses = try options.network.addresses()
    } catch {
      addresses = []
    }
    ownPorts[transport] = []
    let loop = eventLoop
    let opening = addresses.map { address in
      DatagramPort.open(TransportAddress(address.ip, port: 0), on: loop)
    }
    // An address that cannot be bound gives no candidate; the others go on.
    EventLoopFuture.whenAllComplete(opening, on: loop).whenSuccess { [weak self] results in
      let opened = results.compactMap { try? $0.get().value }
      guard let self else { return opened.forEach { _ = $0.close() } }
      let ports = NIOLoopBound(opened, eventLoop: loop)
      self.assumeIsolated { $0.opened(ports.value, for: transport, fragment: fragment) }
    }
  }

  private func opened(_ ports: [DatagramPort], for transport: TransportID, fragment: String) {
    guard !isClosed else { return ports.forEach { _ = $0.close() } }
    ownPorts[transport] = ports
    use(ports, for: transport, fragment: fragment)
  }

  private func use(_ ports: [DatagramPort], for transport: TransportID, fragment: String) {
    for port in ports { driver.attach(port, fragment: fragment) }
    let addresses = ports.map(\.localAddress)
    driver.perform { engine, now in
      for address in addresses {
        engine.addLocalAddress(
          address, interface: ICEInterface(name: "\(address.ip)"), transport: transport, now: now)
      }
      engine.localAddressesComplete(transport: transport, now: now)
    }
  }

  /// Names the configuration's STUN servers to the engine, once, and has their names resolved off the event loop.
  private func resolveServers() {
    guard !haveServersBeenNamed else { return }
    haveServersBeenNamed = true
    for server in configuration.iceServers {
      guard let urls = try? server.parsedURLs() else { continue }
      for (url, text) in zip(urls, server.urls) {
        let index = serverURLs.count
        serverURLs.append(text)
        guard url.scheme == .stun else {
          report701(text, url.scheme.isTURN ? "TURN is not supported yet." : "STUN over TLS is not supported.")
          continue
        }
        driver.perform { engine, _ in engine.addSTUNServer(index) }
        let future = NameResolver.resolve(url.host, port: url.port, on: eventLoop)
        future.whenSuccess { [weak self] addresses in
          self?.assumeIsolated { connection in
            guard !connection.isClosed else { return }
            connection.driver.perform { engine, now in
              engine.resolveSTUNServer(index, addresses: addresses, now: now)
            }
          }
        }
      }
    }
  }

  private func report701(_ url: String, _ text: String) {
    broadcaster.send(
      .iceCandidateError(RTCPeerConnectionIceErrorEvent(url: url, errorCode: 701, errorText: text)))
  }
}
