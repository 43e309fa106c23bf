/// Names a transceiver for the life of its session; they count up in order of creation.
package struct TransceiverID: Hashable, Comparable, Sendable {
  package var rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }
  package static func < (lhs: TransceiverID, rhs: TransceiverID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// Names a transport for the life of its session. An m-section keeps its transport across negotiations unless BUNDLE
/// moves it to another.
package struct TransportID: Hashable, Comparable, Sendable {
  package var rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }
  package static func < (lhs: TransportID, rhs: TransportID) -> Bool { lhs.rawValue < rhs.rawValue }
}
