import RTCSecurity

/// The credentials of both sides in one generation, with their authenticators made once.
struct ICEAuthentication {
  private(set) var local: ICECredentials?
  private(set) var remote: ICECredentials?
  /// Checks what comes in as a request and signs our answers: the key is our password (RFC 8445 §7.2.2).
  private(set) var localAuthenticator: (any MessageAuthenticator)?
  /// Signs our requests and checks their answers.
  private(set) var remoteAuthenticator: (any MessageAuthenticator)?

  mutating func setLocal(_ credentials: ICECredentials, _ crypto: any CryptoProvider) {
    local = credentials
    localAuthenticator = crypto.makeMessageAuthenticator(key: Array(credentials.password.utf8))
  }

  mutating func setRemote(_ credentials: ICECredentials, _ crypto: any CryptoProvider) {
    remote = credentials
    remoteAuthenticator = crypto.makeMessageAuthenticator(key: Array(credentials.password.utf8))
  }

  /// The USERNAME of our requests; `nil` until both sides are known.
  var username: String? {
    guard let local, let remote else { return nil }
    return remote.ufrag + ":" + local.ufrag
  }
}
