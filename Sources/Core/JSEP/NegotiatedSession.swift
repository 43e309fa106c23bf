/// What the applied descriptions ask of the engine, complete and declarative: the engine compares it with what it
/// runs and makes up the difference.
///
/// While an offer of ours is out, its transports are here without remote parameters, since they gather; media appears
/// when an answer is applied.
package struct NegotiatedSession: Hashable, Sendable {
  /// In order of their identifiers.
  package var transports: [NegotiatedTransport]
  /// In order of the m-sections.
  package var media: [NegotiatedMedia]
  package var data: NegotiatedDataSection?

  package init(
    transports: [NegotiatedTransport] = [], media: [NegotiatedMedia] = [], data: NegotiatedDataSection? = nil
  ) {
    self.transports = transports
    self.media = media
    self.data = data
  }

  package func transport(_ id: TransportID) -> NegotiatedTransport? { transports.first { $0.id == id } }
  package func media(mid: String) -> NegotiatedMedia? { media.first { $0.mid == mid } }
}
