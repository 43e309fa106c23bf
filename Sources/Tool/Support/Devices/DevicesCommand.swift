import ArgumentParser

/// `rtc devices`.
package struct DevicesCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List cameras and microphones with what they can deliver.")

  @Flag(help: "Print JSON.")
  package var json = false

  package init() {}
}
