/// Why an offer is not answered.
package enum ServeError: Error, Hashable, Sendable {
  /// The offer is at fault.
  case badOffer(String)
  /// No more connections now.
  case busy(String)
  /// This side is at fault.
  case failed(String)
}
