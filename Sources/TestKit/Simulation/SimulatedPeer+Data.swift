import RTCEngine
import RTCSCTP

// A peer's data channels.
extension SimulatedPeer {
  /// Makes a data channel. The first one needs a negotiation, `Simulation.connect` or `negotiate(by:)`; it opens once that is done and the
  /// peers are connected.
  ///
  /// - Throws: as `RTCPeerConnection.createDataChannel` does: `WebRTCError.typeError` for options that cannot be, `.operationError` for an
  ///   `id` in use, `.invalidStateError` when closed.
  public func createDataChannel(
    _ label: String, init options: RTCDataChannelInit = RTCDataChannelInit()
  ) throws(WebRTCError) -> SimulatedDataChannel {
    let options = try DataChannelOptions(label: label, options)
    let handle = try change { engine, now throws(WebRTCError) in try engine.openDataChannel(options, now: now) }
    guard let channel = addDataChannel(handle) else {
      preconditionFailure("the engine knows the channel that it has just made")
    }
    return channel
  }

  func dataChannel(_ handle: DataChannelHandle) -> SimulatedDataChannel? {
    dataChannels.first { $0.handle == handle }
  }

  func addDataChannel(_ handle: DataChannelHandle) -> SimulatedDataChannel? {
    guard let description = engine.dataChannel(handle) else { return nil }
    let channel = SimulatedDataChannel(handle, of: self, description)
    dataChannels.append(channel)
    return channel
  }
}
