/// Which local identifier (1 to 255) of `a=extmap` stands for which header extension, both ways.
///
/// A few words without references: it is copied into every stream and read for every packet.
package struct RTPExtensionMap: Hashable, Sendable {
  /// Four bits for each identifier up to 14, the ones a one-byte header can carry: the extension's code, or zero.
  private var shortIdentifiers: UInt64 = 0
  /// The identifiers of the extensions with codes 0 to 7 and 8 to 15, a byte each, or zero.
  private var lowIdentifiers: UInt64 = 0
  private var highIdentifiers: UInt64 = 0
  /// Whether an identifier needs the two-byte form (RFC 8285 §4.3).
  package private(set) var hasLongIdentifiers = false
  /// Whether one-byte and two-byte headers may be mixed in a stream (`a=extmap-allow-mixed`, RFC 8285 §6).
  package var allowsMixedForms = false

  package init() {}

  /// Takes the mappings in order; an identifier or an extension named twice keeps its last mapping.
  package init(_ mappings: [(id: UInt8, extension: RTPExtension)], allowsMixedForms: Bool = false) {
    self.allowsMixedForms = allowsMixedForms
    for mapping in mappings { set(mapping.extension, id: mapping.id) }
  }

  package var isEmpty: Bool { lowIdentifiers | highIdentifiers == 0 }

  /// The extension that `id` stands for.
  package subscript(id: UInt8) -> RTPExtension? {
    if id < 15 { return RTPExtension(code: UInt8(truncatingIfNeeded: shortIdentifiers >> (4 * UInt64(id))) & 0x0F) }
    for code in 1..<16 as Range<UInt8> where identifier(code) == id { return RTPExtension(code: code) }
    return nil
  }

  /// The identifier of an extension; `nil` when it was not negotiated.
  package func id(of extension: RTPExtension) -> UInt8? {
    let id = identifier(`extension`.code)
    return id == 0 ? nil : id
  }

  package func contains(_ extension: RTPExtension) -> Bool { id(of: `extension`) != nil }

  /// Maps `id` to an extension; an identifier of zero removes the extension.
  package mutating func set(_ extension: RTPExtension, id: UInt8) {
    remove(`extension`)
    guard id != 0 else { return }
    if let previous = self[id] { remove(previous) }
    store(id, for: `extension`.code)
    if id < 15 { shortIdentifiers |= UInt64(`extension`.code) << (4 * UInt64(id)) }
  }

  package mutating func remove(_ extension: RTPExtension) {
    let id = identifier(`extension`.code)
    store(0, for: `extension`.code)
    if id < 15 { shortIdentifiers &= ~(0x0F << (4 * UInt64(id))) }
  }

  private func identifier(_ code: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (code < 8 ? lowIdentifiers : highIdentifiers) >> (8 * UInt64(code & 7)))
  }

  private mutating func store(_ id: UInt8, for code: UInt8) {
    let shift = 8 * UInt64(code & 7)
    if code < 8 {
      lowIdentifiers = lowIdentifiers & ~(0xFF << shift) | UInt64(id) << shift
    } else {
      highIdentifiers = highIdentifiers & ~(0xFF << shift) | UInt64(id) << shift
    }
    hasLongIdentifiers = (0..<16 as Range<UInt8>).contains { identifier($0) > 14 }
  }
}
