import Foundation

/// A call with a second process on this machine.
package struct LocalCall: Sendable {
  private let settings: CallSettings
  private let timeline: CallTimeline

  package init(_ settings: CallSettings, timeline: CallTimeline) {
    var settings = settings
    settings.expectsPattern = true
    settings.expectedFrequency = LocalAnswerer.frequency
    self.settings = settings
    self.timeline = timeline
  }

  package func run() async throws -> CallSummary {
    let answerer = try await LocalAnswerer.start(
      size: settings.size, frameRate: settings.frameRate, bitrate: settings.maximumBitrate)
    do {
      var summary = try await Caller(settings, url: answerer.url, timeline: timeline, isPeerOurs: true).run()
      if let problem = await answerer.end() {
        summary.problems.append(problem)
        summary.passed = false
      }
      return summary
    } catch {
      answerer.terminate()
      throw error
    }
  }
}
