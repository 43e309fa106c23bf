/// How far a picture is to be turned clockwise before it is shown (3GPP TS 26.114 §7.4.5, the CVO header extension).
public enum VideoRotation: Int, Hashable, Codable, Sendable, CaseIterable {
  /// Shown as it is.
  case none = 0
  /// A quarter turn clockwise.
  case clockwise90 = 90
  /// Half a turn.
  case clockwise180 = 180
  /// A quarter turn anticlockwise.
  case clockwise270 = 270
}
