// `make bench`: what the stack costs in CPU time, allocations and memory. Each result is a row to read and a line of JSON.
// Arguments name the groups to run; without any, all are run.

let names = CommandLine.arguments.dropFirst()
let benchmarks = try Benchmarks()
for group in Benchmarks.Group.allCases where names.isEmpty || names.contains(group.rawValue) {
  try await benchmarks.run(group)
}
