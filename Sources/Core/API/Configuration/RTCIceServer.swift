/// A STUN or TURN server (webrtc-pc).
public struct RTCIceServer: Codable, Hashable, Sendable {
  /// `stun:`, `stuns:`, `turn:` and `turns:` URLs of one server; at least one.
  public var urls: [String]
  /// Needed for TURN.
  public var username: String?
  /// The password; needed for TURN.
  public var credential: String?

  /// Checked when a connection is made with it or gets it by `setConfiguration`.
  public init(urls: [String], username: String? = nil, credential: String? = nil) {
    self.urls = urls
    self.username = username
    self.credential = credential
  }

  /// A server that is reached in one way.
  public init(urls url: String, username: String? = nil, credential: String? = nil) {
    self.init(urls: [url], username: username, credential: credential)
  }

  /// Takes `urls` as one string or as several, as browsers do.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let url = try? container.decode(String.self, forKey: .urls) {
      urls = [url]
    } else {
      urls = try container.decode([String].self, forKey: .urls)
    }
    username = try container.decodeIfPresent(String.self, forKey: .username)
    credential = try container.decodeIfPresent(String.self, forKey: .credential)
  }
}
