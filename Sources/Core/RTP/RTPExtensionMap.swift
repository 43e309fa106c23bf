/// Which local identifier (1 to 255) of `a=extmap` stands for which header extension, both ways.
///
/// A few words without references: it is copied into every stream and read for every packet.
package struct RTPExtensionMap: Hashable, Sendable {
  /// Four bits for each identifier up to 14, the ones a one-byte header can carry: the extension's code, or zero.
  @usableFromInline var shortIdentifiers: UInt64 = 0
  /// The identifier of each extension by its code, or zero.
  @usableFromInline var identifiers = SIMD16<UInt8>(repeating: 0)
  /// Whether one-byte and two-byte headers may be mixed in a stream (`a=extmap-allow-mixed`, RFC 8285 §6).
  package var allowsMixedForms = false

  package init() {}

  /// Takes the mappings in order; an identifier or an extension named twice keeps its last mapping.
  package init(_ mappings: [(id: UInt8, extension: RTPExtension)], allowsMixedForms: Bool = false) {
    self.allowsMixedForms = allowsMixedForms
    for mapping in mappings { set(mapping.extension, id: mapping.id) }
  }

  package var isEmpty: Bool { identifiers == SIMD16(repeating: 0) }

  /// The extension that `id` stands for.
  @inlinable
  package subscript(id: UInt8) -> RTPExtension? {
    if id < 15 { return RTPExtension(code: UInt8(truncatingIfNeeded: shortIdentifiers >> (4 * UInt64(id))) & 0x0F) }
    for code in 1..<16 where identifiers[code] == id { return RTPExtension(code: UInt8(truncatingIfNeeded: code)) }
    return nil
  }

  /// The identifier of an extension; `nil` when it was not negotiated.
  @inlinable
  package func id(of extension: RTPExtension) -> UInt8? {
    let id = identifiers[Int(`extension`.code)]
    return id == 0 ? nil : id
  }

  @inlinable
  package func contains(_ extension: RTPExtension) -> Bool { id(of: `extension`) != nil }

  /// Maps `id` to an extension; an identifier of zero removes the extension.
  package mutating func set(_ extension: RTPExtension, id: UInt8) {
    remove(`extension`)
    guard id != 0 else { return }
    if let previous = self[id] { remove(previous) }
    identifiers[Int(`extension`.code)] = id
    if id < 15 { shortIdentifiers |= UInt64(`extension`.code) << (4 * UInt64(id)) }
  }

  package mutating func remove(_ extension: RTPExtension) {
    let id = identifiers[Int(`extension`.code)]
    identifiers[Int(`extension`.code)] = 0
    if id < 15 { shortIdentifiers &= ~(0x0F << (4 * UInt64(id))) }
  }

  /// Whether an identifier needs the two-byte form (RFC 8285 §4.3).
  @inlinable
  package var hasLongIdentifiers: Bool {
    any(identifiers .> SIMD16(repeating: 14))
  }
}
