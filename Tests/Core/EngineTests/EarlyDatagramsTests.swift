import RTCBase
import Testing

@testable import RTCEngine

@Suite("DTLS flights that come before the answer")
struct EarlyDatagramsTests {
  @Test("DT-05: no more is kept than a handshake needs, in the order it came")
  func bound() {
    var early = EarlyDatagrams()
    let flights = (0..<20).map { [UInt8](repeating: UInt8($0), count: 100) }
    let kept = flights.map { flight in flight.withRawSpan { early.append($0) } }
    #expect(kept == (0..<20).map { $0 < EarlyDatagrams.limit })
    #expect(early.takeAll() == Array(flights.prefix(EarlyDatagrams.limit)))
    #expect(early.takeAll().isEmpty)
    let large = [UInt8](repeating: 22, count: EarlyDatagrams.byteLimit / 2 + 1)
    let sizes = (0..<2).map { _ in large.withRawSpan { early.append($0) } }
    #expect(sizes == [true, false])
  }
}
