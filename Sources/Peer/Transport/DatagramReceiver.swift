import RTCBase

/// Who takes the datagrams of a port: a connection's driver. Called on the port's event loop only.
package protocol DatagramReceiver: AnyObject {
  /// Borrows one datagram; whatever is kept must be copied.
  func receive(_ datagram: RawSpan, from remote: TransportAddress, to local: TransportAddress)
  /// Ends a batch of reads: time to send what they caused, once.
  func receiveBatchEnded()
}
