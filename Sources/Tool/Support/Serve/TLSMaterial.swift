import Foundation
import NIOSSL
import RTCNativeCrypto

/// Which certificate the HTTP server shows.
package enum TLSMaterial: Hashable, Sendable {
  /// Plain HTTP.
  case none
  /// Of PEM files.
  case files(certificate: String, key: String)
  /// One made for this run.
  case selfSigned

  package var isSecure: Bool { self != .none }

  private static func checkReadable(_ path: String, option: String) throws {
    guard access(path, R_OK) == 0 else {
      throw ToolError("\(option) \(path) cannot be read: \(String(cString: strerror(errno))). Name a PEM file.")
    }
  }

  /// The server's configuration; `nil` for plain HTTP.
  package func configuration() throws -> TLSConfiguration? {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    switch self {
    case .none: return nil
    case .files(let certificatePath, let keyPath):
      try Self.checkReadable(certificatePath, option: "--tls-cert")
      try Self.checkReadable(keyPath, option: "--tls-key")
      do { chain = try NIOSSLCertificate.fromPEMFile(certificatePath) } catch {
        throw ToolError(
          "--tls-cert \(certificatePath) cannot be read as certificates in PEM form. It begins with -----BEGIN CERTIFICATE-----."
        )
      }
      guard !chain.isEmpty else { throw ToolError("--tls-cert \(certificatePath) holds no certificate in PEM form.") }
      do { key = try NIOSSLPrivateKey(file: keyPath, format: .pem) } catch {
        throw ToolError("--tls-key \(keyPath) cannot be read as a private key in PEM form without a passphrase.")
      }
    case .selfSigned:
      do {
        let pem = Array(try OpenSSLCertificate.generate().pem().utf8)
        chain = try NIOSSLCertificate.fromPEMBytes(pem)
        key = try NIOSSLPrivateKey(bytes: pem, format: .pem)
      } catch {
        throw ToolError("A certificate for --tls-self-signed cannot be made: \(error)")
      }
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.applicationProtocols = ["http/1.1"]
    // Browsers that keep a connection do not answer its end: the server's own end is not to wait for them.
    configuration.shutdownTimeout = .milliseconds(200)
    return configuration
  }
}
