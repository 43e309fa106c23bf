/// The last part of a path.
func fileName(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
