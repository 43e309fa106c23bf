import CVirtualWallClock
import RTCBase
import RTCNativeCrypto
import RTCSecurity
import RTCTestKit
import Testing

@Suite("DTLS over bad networks")
struct DTLSLossTests {
  @Test("DT-01: the first retransmission comes after 100 ms, then the interval doubles")
  func retransmissionTimes() throws {
    try withNativePair { pair in
      var sent: [Int64] = []
      pair.tamper = { datagrams, fromClient in
        if fromClient { sent.append(pair.now.nanoseconds / 1_000_000) }
        return []
      }
      pair.start()
      pair.run(until: .zero + .milliseconds(1_600))
      #expect(sent == [0, 100, 300, 700, 1_500])
    }
  }

  @Test("DT-01: without any answer the handshake ends after 30 s")
  func timeout() throws {
    try withNativePair { pair in
      pair.tamper = { _, _ in [] }
      pair.start()
      pair.run()
      #expect(pair.client.failure == .timeout)
      #expect(pair.now >= .zero + .seconds(25) && pair.now <= .zero + .seconds(31))
      #expect(pair.client.session.deadline == nil)
      #expect(pair.server.events.isEmpty && pair.server.session.deadline == nil)
    }
  }

  @Test("DT-01: a wall clock set back does not stop the retransmissions, and the handshake ends in time")
  func clockSetBack() throws {
    try withNativePair { pair in
      pair.start()
      virtual_wall_clock_set(500_000_000_000_000)
      var sent: [Int64] = []
      var now = pair.now
      while let deadline = pair.client.session.deadline, sent.count < 1_000 {
        now = deadline
        pair.client.session.handleTimeout(now: now)
        while pair.client.session.nextDatagram() != nil { sent.append(now.nanoseconds / 1_000_000) }
      }
      #expect(sent.prefix(5) == [100, 300, 700, 1_500, 3_100])
      #expect(zip(sent.dropFirst(), sent).allSatisfy { $0 - $1 <= 3_200 })
      #expect(now >= .zero + .seconds(25) && now <= .zero + .seconds(31))
      guard case .failed(.timeout) = pair.client.session.nextEvent() else {
        Issue.record("the handshake did not time out")
        return
      }
    }
  }

  @Test("DT-01: a wall clock set back while a flight is lost only delays the handshake", arguments: [1, 2, 3])
  func clockSetBackInHandshake(lost: Int) throws {
    for limit in [256, 1_200] {
      var options = PairOptions()
      options.maximumDatagramSize = limit
      try withNativePair(.init(), options) { pair in
        var flights = 0
        pair.tamper = { datagrams, _ in
          flights += 1
          guard flights == lost else { return datagrams }
          options.wallClock.setBack(microseconds: 3_600_000_000)
          return []
        }
        pair.connect()
        #expect(pair.isConnected)
        #expect(pair.now < .zero + .milliseconds(700))
      }
    }
  }

  @Test("DT-08: with 30 % loss each way every handshake completes, 95 % within 8 s")
  func heavyLoss() throws {
    var durations: [TimeDelta] = []
    for seed in UInt64(1)...60 {
      var options = PairOptions()
      options.seed = seed
      options.impairments = NetworkImpairments(delay: .milliseconds(25), jitter: .milliseconds(10), loss: 0.3)
      if seed % 3 == 0 { options.maximumDatagramSize = 400 }
      try withNativePair(.init(), options) { pair in
        pair.connect()
        #expect(pair.isConnected, "seed \(seed): \(String(describing: pair.client.failure))")
        durations.append(pair.now - .zero)
      }
    }
    durations.sort()
    #expect(durations[durations.count * 95 / 100] < .seconds(8))
  }

  @Test("DT-03: reversed and duplicated datagrams of every flight are put in order")
  func disorder() throws {
    for limit in [256, 400, 1_200] {
      var options = PairOptions()
      options.maximumDatagramSize = limit
      try withNativePair(.init(), options) { pair in
        pair.tamper = { datagrams, _ in datagrams.reversed() + datagrams }
        pair.connect()
        #expect(pair.isConnected, "limit \(limit)")
        #expect(pair.now < .zero + .milliseconds(400))
      }
    }
  }

  @Test("DT-01: the server repeats its last flight when the client repeats its own")
  func lastFlightLost() throws {
    try withNativePair { pair in
      var lastFlights = 0
      pair.tamper = { datagrams, fromClient in
        guard !fromClient, pair.server.session.deadline == nil else { return datagrams }
        lastFlights += 1
        return lastFlights <= 3 ? [] : datagrams
      }
      pair.connect()
      #expect(pair.isConnected)
      #expect(lastFlights == 4)
    }
  }

  @Test("DT-01: data that overtakes the lost last flight is delivered once the handshake is complete")
  func dataBeforeFinished() throws {
    try withNativePair { pair in
      pair.tamper = { datagrams, fromClient in
        !fromClient && pair.server.session.deadline == nil && pair.server.details == nil ? [] : datagrams
      }
      pair.start()
      pair.run { $0.server.details == nil }
      #expect(pair.server.details != nil && pair.client.details == nil)
      pair.tamper = nil
      #expect(pair.send([5], fromClient: false))
      pair.run()
      #expect(pair.isConnected)
      #expect(pair.client.receivedData == [[5]])
    }
  }
}
