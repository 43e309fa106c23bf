/// What passed through a port.
package struct DatagramPortCounters: Sendable, Hashable {
  package var datagramsReceived = 0
  /// Runs of datagrams as the kernel has joined them: fewer than datagrams where it does.
  package var reads = 0
  /// Datagrams that belong to no connection.
  package var datagramsUnrouted = 0
  package var datagramsSent = 0
  /// System calls' worth of writes: fewer than datagrams when they were joined.
  package var writes = 0
  /// Datagrams dropped because the socket took no more.
  package var sendsRefused = 0
  package var reopenings = 0
}
