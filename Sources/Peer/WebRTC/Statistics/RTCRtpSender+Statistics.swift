extension RTCRtpSender {
  /// What is known about the streams that the sender sends, and about everything that they use (webrtc-pc §5.2).
  ///
  /// It is empty before anything is negotiated, and when the connection is gone.
  public func getStats() async -> RTCStatsReport {
    await connection.value?.statistics(sender: id) ?? RTCStatsReport()
  }
}

extension RTCRtpReceiver {
  /// What is known about the streams that the receiver receives, and about everything that they use (webrtc-pc §5.3).
  ///
  /// It is empty before the first packet, and when the connection is gone.
  public func getStats() async -> RTCStatsReport {
    await connection.value?.statistics(receiver: id) ?? RTCStatsReport()
  }
}
