import RTCBase

/// The username fragment and password of one agent in one generation (RFC 8445 §5.3).
package struct ICECredentials: Hashable, Sendable {
  package let ufrag: String
  package let password: String

  /// `nil` unless both consist of ice-chars and have the lengths of RFC 8839 §5.4: 4 to 256 and 22 to 256.
  package init?(ufrag: String, password: String) {
    guard (4...256).contains(ufrag.utf8.count), (22...256).contains(password.utf8.count),
      ufrag.utf8.allSatisfy(Self.isICECharacter), password.utf8.allSatisfy(Self.isICECharacter)
    else { return nil }
    self.ufrag = ufrag
    self.password = password
  }

  /// 48 random bits of ufrag, so that connections on a shared port do not collide, and 144 of password.
  package init(random: RandomSource) {
    ufrag = random.iceCharacters(8)
    password = random.iceCharacters(24)
  }

  /// RFC 8839 §5.1: letters, digits, plus and slash; browsers have sent `-`, `_` and `=` as well.
  private static func isICECharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: "="):
      true
    default: false
    }
  }
}
