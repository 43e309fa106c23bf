internal import RTCEngine

extension RTCPeerConnection {
  /// Changes the configuration (webrtc-pc §4.4.1.6). Other ICE servers and another transport policy hold from the next gathering on: after
  /// an ICE restart, or for a new transport.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when closed, `.syntaxError` and `.invalidAccessError` for servers as the initializer does,
  ///   `.invalidModificationError` for another bundle policy, RTCP multiplexing policy or certificate, and for another pool size after a
  ///   local description. The configuration is then what it was.
  public func setConfiguration(_ configuration: RTCConfiguration) throws {
    guard !isClosed else { throw WebRTCError.invalidStateError("The connection is closed.") }
    let current = self.configuration
    func require(_ isSame: Bool, _ member: String) throws(WebRTCError) {
      guard isSame else {
        throw .invalidModificationError("\(member) cannot be changed once the connection has been made.")
      }
    }
    try require(
      configuration.certificates.isEmpty || configuration.certificates == current.certificates, "certificates")
    try require(configuration.bundlePolicy == current.bundlePolicy, "bundlePolicy")
    try require(configuration.rtcpMuxPolicy == current.rtcpMuxPolicy, "rtcpMuxPolicy")
    if localDescription != nil {
      try require(configuration.iceCandidatePoolSize == current.iceCandidatePoolSize, "iceCandidatePoolSize")
    }
    for server in configuration.iceServers { _ = try server.parsedURLs() }
    var new = configuration
    new.certificates = current.certificates
    if new.iceServers != current.iceServers { areServersNamed = false }
    let usesOnlyRelays = new.iceTransportPolicy == .relay
    driver.perform { engine, _ in engine.setUsesOnlyRelays(usesOnlyRelays) }
    let taken = new
    snapshot.withLock { $0.configuration = taken }
  }
}
