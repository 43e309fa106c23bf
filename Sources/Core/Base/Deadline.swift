/// When a state machine wants to be woken, and why.
///
/// The reason answers "what wakes this connection a thousand times a second" with a log line.
@usableFromInline package struct Deadline: Hashable, Comparable, Sendable {
  @usableFromInline package var time: MonotonicTime
  @usableFromInline package var reason: Reason

  /// Who wants to be woken, in `part.purpose` form, such as `ice.consent`.
  @usableFromInline package struct Reason: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    @usableFromInline let text: StaticString
    @inlinable
    package init(stringLiteral text: StaticString) { self.text = text }
    @usableFromInline package var description: String { text.description }
    @usableFromInline package static func == (lhs: Reason, rhs: Reason) -> Bool {
      lhs.text.utf8Start == rhs.text.utf8Start || lhs.description == rhs.description
    }
    @usableFromInline package func hash(into hasher: inout Hasher) {
      text.withUTF8Buffer { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  @inlinable
  package init(_ time: MonotonicTime, _ reason: Reason) {
    self.time = time
    self.reason = reason
  }

  @inlinable
  package static func < (lhs: Deadline, rhs: Deadline) -> Bool { lhs.time < rhs.time }

  /// The earlier of two deadlines, either of which may be absent.
  @inlinable
  package static func earliest(_ lhs: Deadline?, _ rhs: Deadline?) -> Deadline? {
    guard let lhs else { return rhs }
    guard let rhs else { return lhs }
    return rhs.time < lhs.time ? rhs : lhs
  }
}
