/// What the program tells its user: what was wrong, with which value, and what to do.
package struct ToolError: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
