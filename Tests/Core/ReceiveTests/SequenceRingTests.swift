import RTCBase
import Testing

@testable import RTCReceive

@Suite struct SequenceRingTests {
  @Test("The ring behaves as a dictionary whose keys span less than the limit")
  func model() {
    let random = RandomSource.seeded(11)
    var ring = SequenceRing<Int64>(limit: 64, initialCapacity: 4)
    var model: [Int64: Int64] = [:]
    var base: Int64 = 1_000
    for _ in 0..<20_000 {
      base += Int64(random.next() % 2)
      let key = base + Int64(random.next() % 80) - 40
      switch random.next() % 3 {
      case 0, 1:
        let low = min(model.keys.min() ?? key, key)
        let high = max(model.keys.max() ?? key, key)
        let fits = high - low < 64 && model[key] == nil
        #expect(ring.insert(key, at: key) == fits)
        if fits { model[key] = key }
      default:
        #expect(ring.remove(key) == model.removeValue(forKey: key))
      }
      #expect(ring.count == model.count)
      #expect(ring[key] == model[key])
      if let lowest = model.keys.min() { #expect(ring.first == lowest) }
      if ring.count > 50 { #expect(ring.removeFirst() == model.removeValue(forKey: model.keys.min() ?? 0)) }
    }
  }

  @Test("The duplicate window forgets what is older than its size, and nothing else")
  func window() {
    var window = DuplicateWindow()
    for number in Int64(0)..<10_000 where number % 3 == 0 { window.insert(number) }
    for number in Int64(0)..<10_000 {
      let isRemembered = number > 9_999 - Int64(DuplicateWindow.size) && number % 3 == 0
      #expect(window.contains(number) == isRemembered)
    }
    window.insert(1_000_000)
    #expect(!window.contains(9_999))
    #expect(!window.contains(1_000_000 - 3))
    #expect(window.contains(1_000_000))
  }
}
