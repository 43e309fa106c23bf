import RTCBase

/// What an engine has for the shell: datagrams and events, each in order and within a bound.
struct EngineOutput {
  private var datagrams: [OutgoingDatagram] = []
  private var firstDatagram = 0
  private var events: [EngineEvent] = []
  private var firstEvent = 0
  let limits: EngineLimits
  /// Datagrams dropped since nobody took them.
  private(set) var droppedDatagrams: UInt64 = 0
  private(set) var droppedEvents: UInt64 = 0

  init(limits: EngineLimits) { self.limits = limits }

  mutating func append(_ datagram: OutgoingDatagram, pool: PacketPool) {
    guard datagrams.count - firstDatagram < limits.outgoingDatagrams else {
      droppedDatagrams &+= 1
      pool.give(datagram.packet)
      return
    }
    datagrams.append(datagram)
  }

  mutating func append(_ event: EngineEvent) {
    guard events.count - firstEvent < limits.events else {
      droppedEvents &+= 1
      return
    }
    events.append(event)
  }

  mutating func popDatagram() -> OutgoingDatagram? {
    guard firstDatagram < datagrams.count else {
      if firstDatagram > 0 {
        datagrams.removeAll(keepingCapacity: true)
        firstDatagram = 0
      }
      return nil
    }
    defer { firstDatagram += 1 }
    return datagrams[firstDatagram]
  }

  mutating func popEvent() -> EngineEvent? {
    guard firstEvent < events.count else {
      if firstEvent > 0 {
        events.removeAll(keepingCapacity: true)
        firstEvent = 0
      }
      return nil
    }
    defer { firstEvent += 1 }
    return events[firstEvent]
  }

  /// Leaves half of the bound to those that cannot wait.
  var hasRoomForEvents: Bool { events.count - firstEvent < limits.events / 2 }
}
