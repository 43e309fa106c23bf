// `make bench`: what capturing costs. It builds the camera of Tests/Rigs, runs itself with it preloaded, and prints rows.

import Glibc

if CommandLine.arguments.count > 1 {
  try await CaptureBenchmark(cameras: CommandLine.arguments[1]).run()
} else {
  exit(try RiggedProcess().run())
}
