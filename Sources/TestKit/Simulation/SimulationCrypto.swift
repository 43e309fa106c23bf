import RTCBase
import RTCNativeCrypto
import RTCSecurity

extension Simulation {
  /// What protects the packets of a simulation.
  public enum Crypto: Hashable, Sendable {
    /// A stand-in for DTLS and SRTP with real flights, sizes, fragments, retransmission and replay protection, and without any secrecy. The
    /// same seed gives the same bytes.
    case deterministic
    /// OpenSSL and libsrtp2, as in a real call. Keys, and with them bytes, differ from run to run, so results are to be judged by their
    /// distribution. OpenSSL looks at the wall clock when a flight is due again, which virtual time leaves behind: lost flights come
    /// again record for record, and a handshake whose last flight was lost may take many seconds of virtual time more.
    case openSSL
  }
}

/// Where a simulation's peers get their crypto and their certificates.
struct CryptoSource {
  /// Of a peer by its number.
  let makeProvider: (UInt64) -> any CryptoProvider
  let makeCertificate: (UInt64) -> any LocalCertificate

  init(_ crypto: Simulation.Crypto, seed: UInt64) {
    switch crypto {
    case .deterministic:
      // Each peer has a provider of its own: what one call draws changes nothing in another.
      makeProvider = { number in
        var hash = StandInHash(seed: seed)
        hash.combine(number)
        return DeterministicCrypto(seed: hash.word)
      }
      makeCertificate = Self.standInCertificate(seed)
    case .openSSL:
      let provider = OpenSSLCryptoProvider()
      makeProvider = { _ in provider }
      makeCertificate = { _ in
        do {
          return try OpenSSLCertificate.generate()
        } catch { preconditionFailure("OpenSSL made no certificate: \(error)") }
      }
    }
  }

  /// One provider for all.
  init(_ provider: any CryptoProvider, seed: UInt64) {
    makeProvider = { _ in provider }
    makeCertificate = Self.standInCertificate(seed)
  }

  private static func standInCertificate(_ seed: UInt64) -> (UInt64) -> any LocalCertificate {
    { DeterministicCertificate(seed: seed &* 31 &+ $0) }
  }
}
