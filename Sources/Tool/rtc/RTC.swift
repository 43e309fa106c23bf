import RTCTool

@main
enum RTC {
  static func main() async { await RTCCommand.main() }
}
