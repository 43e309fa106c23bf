import ArgumentParser

/// `rtc`: calls, answers and lists devices.
package struct RTCCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "rtc",
    abstract: "Call and answer WebRTC peers from the command line.",
    discussion: """
      rtc call              two processes on this machine call each other for 10 seconds
      rtc call URL          calls a server that answers offers over HTTP
      rtc serve             answers browsers and bots; http://127.0.0.1:8080/ is a page to call it from
      rtc devices           lists cameras and microphones
      """,
    subcommands: [CallCommand.self, ServeCommand.self, DevicesCommand.self])

  package init() {}
}
