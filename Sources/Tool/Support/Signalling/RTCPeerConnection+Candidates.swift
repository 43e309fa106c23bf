import WebRTC

extension RTCPeerConnection {
  /// How long servers may take that are to tell a candidate, once there is another.
  private static let patience = Duration.seconds(2.5)
  /// How long there may be none at all.
  private static let limit = Duration.seconds(10)
  private static let interval = Duration.milliseconds(50)

  /// Waits for the local candidates, which all go with the description: signalling here knows no trickle.
  ///
  /// - Returns: whether all were gathered; servers that do not answer are not waited for.
  func waitForCandidates() async -> Bool {
    let start = ContinuousClock.now
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        await self.waitForGathering()
        return !Task.isCancelled
      }
      group.addTask {
        try? await Task.sleep(for: Self.patience)
        while self.localDescription?.sdp.contains("a=candidate:") != true, ContinuousClock.now - start < Self.limit {
          do { try await Task.sleep(for: Self.interval) } catch { break }
        }
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }
}
