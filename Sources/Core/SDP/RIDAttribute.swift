import RTCBase

/// A restricted RTP stream (RFC 8851 §4).
package struct RIDAttribute: Hashable, Sendable {
  package enum Direction: String, Hashable, Sendable {
    case send
    case recv
  }

  package struct Parameter: Hashable, Sendable {
    package var name: String
    package var value: String?

    package init(_ name: String, _ value: String? = nil) {
      self.name = name
      self.value = value
    }
  }

  package var id: String
  package var direction: Direction
  /// The payload types (`pt`) and restrictions (`max-width` and others) in their order.
  package var parameters: [Parameter]

  package init(id: String, direction: Direction, parameters: [Parameter] = []) {
    self.id = id
    self.direction = direction
    self.parameters = parameters
  }

  package subscript(_ name: String) -> String? { parameters.first { $0.name == name }.map { $0.value ?? "" } }

  /// The payload types of the `pt` parameter; empty means all of the section.
  package var payloadTypes: [PayloadType] {
    (self["pt"] ?? "").split(separator: ",").compactMap { UInt8($0).flatMap { PayloadType(rawValue: $0) } }
  }
}
