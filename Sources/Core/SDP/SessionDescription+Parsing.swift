extension SessionDescription {
  package init(parsing text: String) throws(SDPError) {
    throw SDPError(lineNumber: 0, line: "", reason: "not parsed yet")
  }
}
