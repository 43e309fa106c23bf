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

  /// The server's configuration; `nil` for plain HTTP.
  package func configuration() throws -> TLSConfiguration? {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    switch self {
    case .none: return nil
    case .files(let certificatePath, let keyPath):
      do { chain = try NIOSSLCertificate.fromPEMFile(certificatePath) } catch {
        throw ToolError("--tls-cert \(certificatePath) cannot be read as certificates in PEM form: \(error)")
      }
      guard !chain.isEmpty else { throw ToolError("--tls-cert \(certificatePath) holds no certificate in PEM form.") }
      do { key = try NIOSSLPrivateKey(file: keyPath, format: .pem) } catch {
        throw ToolError("--tls-key \(keyPath) cannot be read as a private key in PEM form: \(error)")
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
    return configuration
  }
}
