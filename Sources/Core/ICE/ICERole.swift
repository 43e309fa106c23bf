/// Which agent nominates (RFC 8445 §6.1.1).
package enum ICERole: String, Hashable, Sendable {
  case controlling
  case controlled

  package var opposite: ICERole { self == .controlling ? .controlled : .controlling }
}
