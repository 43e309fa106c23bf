/// The codecs of one connection. Those of one group share what is theirs of the codec threads, whose time is divided fairly
/// between groups: a connection with sixty tracks gets as much as one with two.
package final class CodecGroup: Sendable {
  package init() {}
}
