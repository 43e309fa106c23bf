import RTCBase
import RTCJSEP
import RTCSCTP
import WebRTCTypes

extension PeerEngine {
  /// What the engine knows for `getStats` now. Once it is closed, what it knew then (ST-17).
  package func makeStatistics(now: MonotonicTime) -> EngineStatistics {
    if let finalStatistics { return finalStatistics }
    let clock = StatisticsClock(wallClock: wallClock, now: now)
    var statistics = EngineStatistics(timestamp: clock.timestamp)
    for transport in transports {
      transport.appendPath(to: &statistics, certificate: configuration.certificate, crypto: crypto, clock: clock)
      for section in transport.media.sections {
        guard let outbound = transport.media.outbound(section, of: transport.session.id, clock: clock) else { continue }
        var item = outbound.item
        if let codec = outbound.codec {
          add(codec, item.stream.kind, isSent: true, of: transport.session.id, to: &statistics)
        }
        item.stream.active = jsep.transceiver(item.transceiver)?.sender.encodings.first?.active ?? true
        statistics.outbound.append(item)
      }
      for receiver in transport.media.receivers {
        guard let inbound = transport.media.inbound(receiver, of: transport.session.id, clock: clock)
        else { continue }
        var item = inbound.item
        if let codec = inbound.codec {
          add(codec, item.stream.kind, isSent: false, of: transport.session.id, to: &statistics)
        }
        item.stream.trackIdentifier = jsep.transceiver(item.transceiver)?.receiver.trackID ?? ""
        statistics.inbound.append(item)
      }
    }
    appendDataChannels(to: &statistics)
    return statistics
  }

  /// webrtc-stats §8.10, with the connection's counts of them (§8.9).
  private func appendDataChannels(to statistics: inout EngineStatistics) {
    guard let data else { return }
    statistics.connection.dataChannelsOpened = data.openedCount
    statistics.connection.dataChannelsClosed = data.closedCount
    for handle in data.session.handles {
      guard let channel = data.session.description(of: handle) else { continue }
      var stats = RTCDataChannelStats(
        id: StatisticsIdentifier.dataChannel(handle), timestamp: statistics.timestamp,
        state: RTCDataChannelState(channel.state))
      stats.label = channel.options.label
      stats.protocol = channel.options.subprotocol
      stats.dataChannelIdentifier = channel.id
      stats.messagesSent = channel.statistics.messagesSent
      stats.bytesSent = channel.statistics.bytesSent
      stats.messagesReceived = channel.statistics.messagesReceived
      stats.bytesReceived = channel.statistics.bytesReceived
      statistics.dataChannels.append(stats)
    }
  }

  /// webrtc-stats §8.3: only codecs that a stream uses.
  private func add(
    _ codec: NegotiatedCodec, _ kind: MediaStreamTrackKind, isSent: Bool, of transport: TransportID,
    to statistics: inout EngineStatistics
  ) {
    let id = StatisticsIdentifier.codec(codec, isSent: isSent, of: transport)
    guard !statistics.codecs.contains(where: { $0.id == id }) else { return }
    var stats = RTCCodecStats(
      id: id, timestamp: statistics.timestamp, payloadType: codec.payloadType.rawValue,
      transportId: StatisticsIdentifier.transport(transport),
      mimeType: "\(kind.rawValue)/\(codec.name)")
    stats.clockRate = codec.clockRate
    if kind == .audio { stats.channels = UInt16(clamping: codec.channels ?? 1) }
    let parameters = codec.parameters.text
    if !parameters.isEmpty { stats.sdpFmtpLine = parameters }
    statistics.codecs.append(stats)
  }
}

extension RTCDataChannelState {
  package init(_ state: DataChannelState) {
    self =
      switch state {
      case .connecting: .connecting
      case .open: .open
      case .closing: .closing
      case .closed: .closed
      }
  }
}
