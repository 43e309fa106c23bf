/// The number of a port.
package enum PortArgument {
  package static func parse(_ text: String) throws -> UInt16 {
    guard let port = UInt16(text) else {
      throw ToolError("\"\(text)\" is not a port; write a number from 0 to 65535, of which 0 lets the system choose.")
    }
    return port
  }
}
