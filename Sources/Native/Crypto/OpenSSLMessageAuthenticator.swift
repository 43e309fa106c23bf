import COpenSSLShims
import RTCBase
import RTCSecurity

/// HMAC-SHA1 whose key is scheduled once.
final class OpenSSLMessageAuthenticator: MessageAuthenticator {
  private let hmac: OpaquePointer
  private let counter: LiveObjectCounter

  init(key: [UInt8], counter: LiveObjectCounter) {
    guard let hmac = rtc_hmac_new(key, key.count) else { preconditionFailure("OpenSSL has no HMAC-SHA1") }
    self.hmac = hmac
    self.counter = counter
    counter.increment()
  }

  deinit {
    rtc_hmac_free(hmac)
    counter.decrement()
  }

  func authenticate(_ first: RawSpan, _ second: RawSpan) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 20) { output, count in
      let done = first.withUnsafeBytes { first in
        second.withUnsafeBytes { second in
          output.baseAddress.map {
            rtc_hmac_compute(hmac, first.baseAddress, first.count, second.baseAddress, second.count, $0)
          } ?? false
        }
      }
      precondition(done, "HMAC-SHA1 under a key already set cannot fail")
      count = 20
    }
  }
}
