internal import NIOCore
internal import NIOPosix
internal import RTCBase
internal import RTCEngine
internal import RTCICE
internal import RTCJSEP
internal import RTCTransport

extension RTCPeerConnection {
  // MARK: Sockets

  /// Opens sockets for a transport, or tells those it has the credentials of a restart.
  func gather(_ transport: TransportID, fragment: String) {
    nameServers()
    let isKnown = sockets[transport] != nil
    let outdated = sockets[transport, default: TransportSockets()].add(fragment)
    if let shared = options.sharedPort {
      for port in shared.ports.value {
        for fragment in outdated { port.unregister(fragment: fragment) }
      }
      use(shared.ports.value, for: transport)
    } else if isKnown {
      // While sockets are being opened, `opened` takes all fragments.
      guard let known = sockets[transport], !known.isOpening else { return }
      for port in known.ports {
        for fragment in outdated { port.unregister(fragment: fragment) }
      }
      use(known.ports, for: transport)
    } else {
      open(transport)
    }
  }

  private func open(_ transport: TransportID) {
    sockets[transport]?.isOpening = true
    // What the policy names was checked when the connection was made; an interface may have gone since.
    let addresses: [IPAddress]
    do {
      addresses = try options.network.addresses().map(\.ip)
    } catch {
      addresses = []
      noteFailure((error as? WebRTCError)?.message ?? "\(error)", address: nil)
    }
    let (loop, network) = (eventLoop, options.datagramNetwork)
    let opening = addresses.map { address in
      DatagramPort.open(TransportAddress(address, port: 0), on: loop, through: network)
    }
    // An address that cannot be bound gives no candidate; the others go on.
    let opened = EventLoopFuture.whenAllComplete(opening, on: loop).flatMap { [weak self] results in
      let ports = results.compactMap { try? $0.get().value }
      guard let self else { return EventLoopFuture.andAllComplete(ports.map { $0.close() }, on: loop) }
      let bound = NIOLoopBound(ports, eventLoop: loop)
      let failures = zip(addresses, results).compactMap { address, result -> (IPAddress, String)? in
        if case .failure(let error) = result { (address, SocketFailure.reason(error)) } else { nil }
      }
      return self.assumeIsolated {
        for (address, reason) in failures {
          $0.noteFailure("No UDP socket could be opened on \(address): \(reason).", address: address)
        }
        return NIOLoopBound($0.opened(bound.value, for: transport), eventLoop: loop)
      }.value
    }
    awaitBeforeClosed(opened)
  }

  /// Without a word there would only be a connection that never comes up.
  private func noteFailure(_ text: String, address: IPAddress?) {
    tell(
      .iceCandidateError(
        RTCPeerConnectionIceErrorEvent(address: address.map { "\($0)" }, url: "", errorCode: 701, errorText: text)))
  }

  /// - Returns: when nothing of it is left to do.
  private func opened(_ ports: [DatagramPort], for transport: TransportID) -> EventLoopFuture<Void> {
    guard !isClosed, sockets[transport]?.isOpening == true else {
      return EventLoopFuture.andAllComplete(ports.map { $0.close() }, on: eventLoop)
    }
    sockets[transport]?.isOpening = false
    sockets[transport]?.ports = ports
    use(ports, for: transport)
    return eventLoop.makeSucceededVoidFuture()
  }

  private func use(_ ports: [DatagramPort], for transport: TransportID) {
    for port in ports {
      for fragment in sockets[transport]?.fragments ?? [] { driver.attach(port, fragment: fragment) }
    }
    // An emulated network is the only one that its hosts have.
    let defaults = options.datagramNetwork == nil ? Route.defaultLocalAddresses() : ports.map(\.localAddress.ip)
    let bases = ports.map(\.localAddress).map { address in
      (address, ICEInterface(name: "\(address.ip)", isDefaultRoute: defaults.contains(address.ip)))
    }
    driver.perform { engine, now in
      for (address, interface) in bases {
        engine.addLocalAddress(address, interface: interface, transport: transport, now: now)
      }
      engine.localAddressesComplete(transport: transport, now: now)
    }
  }

  /// The transport is gone: bundled with another, rejected or rolled back.
  func removeTransport(_ transport: TransportID) {
    transportObjects[transport]?.update(ConnectionStates.Transport(ice: .closed, dtls: .closed))
    transportObjects[transport] = nil
    guard let removed = sockets.removeValue(forKey: transport) else { return }
    for port in options.sharedPort?.ports.value ?? [] {
      for fragment in removed.fragments { port.unregister(fragment: fragment) }
    }
    for port in removed.ports {
      driver.detach(port)
      awaitBeforeClosed(port.close())
    }
  }

  /// `close()` waits for what is left to be done.
  private func awaitBeforeClosed(_ work: EventLoopFuture<Void>) {
    let number = nextWorkNumber
    nextWorkNumber += 1
    unfinishedWork[number] = work
    work.whenComplete { [weak self] _ in
      self?.assumeIsolated { $0.unfinishedWork[number] = nil }
    }
  }

  // MARK: Servers

  /// Names the configuration's STUN servers to the engine and has their names resolved off the event loop; those that cannot be used are
  /// reported with each gathering.
  private func nameServers() {
    guard !areServersNamed else { return }
    areServersNamed = true
    unusableServers.removeAll()
    var named: [(index: Int, url: ICEServerURL)] = []
    for server in configuration.iceServers {
      guard let urls = try? server.parsedURLs() else { continue }
      for (url, text) in zip(urls, server.urls) {
        guard url.scheme == .stun else {
          let reason = url.scheme.isTURN ? "TURN is not supported yet." : "STUN over TLS is not supported."
          unusableServers.append(RTCPeerConnectionIceErrorEvent(url: text, errorCode: 701, errorText: reason))
          continue
        }
        // A server that is named again keeps its number, and what is known of it.
        let known = serverURLs.firstIndex(of: text)
        if known == nil { serverURLs.append(text) }
        named.append((known ?? serverURLs.count - 1, url))
      }
    }
    let indices = named.map(\.index)
    driver.perform { engine, _ in engine.setSTUNServers(indices) }
    for (index, url) in named {
      NameResolver.resolve(url.host, port: url.port, on: eventLoop).whenSuccess { [weak self] addresses in
        self?.assumeIsolated { connection in
          guard !connection.isClosed else { return }
          connection.driver.perform { engine, now in
            engine.resolveSTUNServer(index, addresses: addresses, now: now)
          }
        }
      }
    }
  }

  // MARK: Waiting

  /// Waits until all local candidates are in `localDescription`: what signalling without trickle sends.
  ///
  /// Call it after `setLocalDescription`, for nothing is gathered before. It returns at once when gathering is complete, and also when the
  /// connection closes or the task is cancelled.
  public func waitForGathering() async {
    while iceGatheringState != .complete, !isClosed, !Task.isCancelled {
      let number = nextWorkNumber
      nextWorkNumber += 1
      await withTaskCancellationHandler {
        await withCheckedContinuation { gatheringWaiters[number] = $0 }
      } onCancel: {
        eventLoop.execute { [weak self] in
          self?.assumeIsolated { $0.gatheringWaiters.removeValue(forKey: number)?.resume() }
        }
      }
    }
  }

  func resumeGatheringWaiters() {
    let waiters = gatheringWaiters
    gatheringWaiters.removeAll()
    for waiter in waiters.values { waiter.resume() }
  }
}
