/// Which RTP header extension an identifier stands for (RFC 8285 §8).
package struct ExtensionMapping: Hashable, Sendable {
  /// 1 to 255 in packets; offers may hold 4096 to 4351 for extensions that wait for a free identifier.
  package var id: Int
  package var direction: MediaDirection?
  package var uri: String
  package var attributes: String?

  package init(id: Int, direction: MediaDirection? = nil, uri: String, attributes: String? = nil) {
    self.id = id
    self.direction = direction
    self.uri = uri
    self.attributes = attributes
  }
}
