import Testing
import WebRTC

@testable import RTCTool

@Suite struct SessionLimitsTests {
  private func reason(
    _ state: RTCPeerConnectionState, inState: Double = 0, age: Double = 1, hasPeerClosed: Bool = false
  ) -> String? {
    SessionLimits().reasonToEnd(
      state: state, inState: .seconds(inState), age: .seconds(age), hasPeerClosed: hasPeerClosed)
  }

  @Test("A connection in use goes on")
  func goesOn() {
    #expect(reason(.connected, age: 3_000) == nil)
    #expect(reason(.connecting, age: 29) == nil)
    #expect(reason(.disconnected, inState: 14, age: 100) == nil)
  }

  @Test("Lost, failed, late, long and ended connections are ended")
  func ends() {
    #expect(reason(.failed) != nil)
    #expect(reason(.closed) != nil)
    #expect(reason(.connecting, age: 30) != nil)
    #expect(reason(.new, age: 31) != nil)
    #expect(reason(.disconnected, inState: 15, age: 100) != nil)
    #expect(reason(.connected, age: 3_600) != nil)
    #expect(reason(.connected, hasPeerClosed: true) != nil)
  }
}
