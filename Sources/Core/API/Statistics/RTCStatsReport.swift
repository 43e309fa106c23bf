/// What `getStats` gives: statistics objects by their `id` (webrtc-pc).
///
/// It is a sequence of the objects in the order in which they were added, and encodes to the JSON of a browser's
/// `Object.fromEntries(report)`; `values` encodes to that of `[...report.values()]`.
public struct RTCStatsReport: Hashable, Sendable {
  /// The objects in their order.
  public private(set) var values: [RTCStats] = []
  private var indexes: [String: Int] = [:]

  /// An empty report.
  public init() {}

  /// A report of these objects; of those with the same `id` the last.
  public init(_ stats: some Sequence<RTCStats>) {
    for item in stats { insert(item) }
  }

  /// Adds an object, or replaces the one with its `id` in its place.
  public mutating func insert(_ stats: RTCStats) {
    if let index = indexes[stats.id] {
      values[index] = stats
    } else {
      indexes[stats.id] = values.count
      values.append(stats)
    }
  }

  /// The object with this `id`.
  public subscript(id: String) -> RTCStats? { indexes[id].map { values[$0] } }

  /// The object with this `id`, which another object names, if it is of this kind.
  public subscript<Object: RTCStatsObject>(id: String?, as type: Object.Type) -> Object? {
    id.flatMap { self[$0]?.object as? Object }
  }

  /// All objects of one kind, in their order: `report.all(RTCInboundRtpStreamStats.self)`.
  public func all<Object: RTCStatsObject>(_ type: Object.Type) -> [Object] {
    values.compactMap { $0.object as? Object }
  }

  /// All objects of a `type`, in their order.
  public func all(_ type: RTCStatsType) -> [RTCStats] { values.filter { $0.type == type } }

  /// The first object of one kind.
  public func first<Object: RTCStatsObject>(_ type: Object.Type) -> Object? {
    for item in values { if let object = item.object as? Object { return object } }
    return nil
  }

  /// The identifiers in their order.
  public var ids: [String] { values.map(\.id) }
}

extension RTCStatsReport: RandomAccessCollection {
  /// 0
  public var startIndex: Int { 0 }
  /// How many objects there are.
  public var endIndex: Int { values.count }
  /// The object at a place.
  public subscript(position: Int) -> RTCStats { values[position] }
}

extension RTCStatsReport: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Only looks at what kind of object there is.
  private struct Kind: Decodable { let type: String }

  /// From the object that `encode(to:)` makes. Kinds that webrtc-stats does not define are left out; the order is that of the identifiers, since
  /// JSON objects have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
      guard RTCStatsType(rawValue: try container.decode(Kind.self, forKey: key).type) != nil else { continue }
      insert(try container.decode(RTCStats.self, forKey: key))
    }
  }

  /// Encodes an object with a member for each statistics object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for item in values { try container.encode(item, forKey: Key(stringValue: item.id)) }
  }
}
