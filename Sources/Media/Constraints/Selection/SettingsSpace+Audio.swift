import RTCFrames

extension SettingsSpace {
  /// One value of each property, as far as the source has it.
  private struct Sound {
    var settings = MediaTrackSettings()
    var native = MediaTrackSettings()
    var preference = SettingsCandidate.Preference()
  }

  func audioCandidates(basic: PreparedConstraintSet, advanced: [PreparedConstraintSet]) -> [SettingsCandidate] {
    modes.flatMap { mode -> [SettingsCandidate] in
      // The properties go together in any way, so the list grows by one property after another.
      var sounds = [Sound()]
      sounds = sampleRates(of: mode, named: numbers(.sampleRate, basic, advanced)).extend(sounds)
      sounds = channelCounts(of: mode, named: numbers(.channelCount, basic, advanced)).extend(sounds)
      sounds = sampleSizes(of: mode).extend(sounds)
      sounds = latencies(of: mode, named: numbers(.latency, basic, advanced)).extend(sounds)
      sounds = processing(of: mode, sounds)
      return sounds.filter { serves($0.native) }.map {
        SettingsCandidate(settings: $0.settings, native: $0.native, preference: $0.preference)
      }
    }
  }

  /// Values of one property, each as a change of the settings.
  private struct Choices {
    var changes: [@Sendable (inout Sound) -> Void] = []

    func extend(_ sounds: [Sound]) -> [Sound] {
      guard !changes.isEmpty else { return sounds }
      return sounds.flatMap { sound in
        changes.map { change in
          var sound = sound
          change(&sound)
          return sound
        }
      }
    }
  }

  private func numbers(
    _ property: ConstrainableProperty, _ basic: PreparedConstraintSet, _ advanced: [PreparedConstraintSet]
  ) -> [Double] { ([basic] + advanced).flatMap { $0.numbers(for: property) } }

  /// Rates of the source, and those that are named and can be resampled to.
  private func sampleRates(of mode: MediaSourceMode, named: [Double]) -> Choices {
    guard let values = mode.sampleRate else { return Choices() }
    let committed = commitments.compactMap(\.settings.sampleRate).max() ?? 0
    let standard = defaults.sampleRate ?? 48_000
    let native = values.critical(near: wholeNumbers(named) + [standard])
    let least = min(values.min, Self.derivedSampleRates.lowerBound)
    let greatest = min(max(values.max, Self.derivedSampleRates.upperBound), AudioFormat.maximumSampleRate)
    let derived = Set(wholeNumbers(named) + [least, greatest, standard]).subtracting(native)
      .filter { $0 >= least && $0 <= greatest }
    return Choices(
      changes: (native + derived.sorted()).map { rate in
        // From above rather than from below: what a low rate does not carry cannot be made up, for other tracks neither.
        let source = values.covering(max(rate, committed)) ?? values.max
        return { sound in
          sound.settings.sampleRate = rate
          sound.native.sampleRate = source
          sound.preference.derivations += source == rate ? 0 : 1
          sound.preference.fromDefaults += FitnessDistance.numeric(actual: Double(rate), ideal: Double(standard))
          sound.preference.cost += Double(source)
        }
      })
  }

  /// Channels of the source, and those that can be mixed from them.
  private func channelCounts(of mode: MediaSourceMode, named: [Double]) -> Choices {
    guard let values = mode.channelCount else { return Choices() }
    let committed = commitments.compactMap(\.settings.channelCount).max() ?? 0
    let standard = defaults.channelCount ?? 1
    let native = values.critical(near: wholeNumbers(named) + [standard])
    let greatest = min(max(values.max, 2), AudioFormat.maximumChannels)
    let derived = Set(wholeNumbers(named) + [1, 2]).subtracting(native).filter { $0 >= 1 && $0 <= greatest }
    return Choices(
      changes: (native + derived.sorted()).map { count in
        let source = values.covering(max(count, committed)) ?? values.max
        return { sound in
          sound.settings.channelCount = count
          sound.native.channelCount = source
          sound.preference.derivations += source == count ? 0 : 1
          sound.preference.fromDefaults += FitnessDistance.numeric(actual: Double(count), ideal: Double(standard))
        }
      })
  }

  private func sampleSizes(of mode: MediaSourceMode) -> Choices {
    Choices(
      changes: (mode.sampleSize?.critical(near: []) ?? []).map { size in
        { sound in
          sound.settings.sampleSize = size
          sound.native.sampleSize = size
        }
      })
  }

  private func latencies(of mode: MediaSourceMode, named: [Double]) -> Choices {
    let standard = defaults.latency ?? 0.01
    return Choices(
      changes: (mode.latency?.critical(near: named + [standard]) ?? []).map { latency in
        { sound in
          sound.settings.latency = latency
          sound.native.latency = latency
          sound.preference.fromDefaults += FitnessDistance.numeric(actual: latency, ideal: standard)
        }
      })
  }

  /// Processing is as the source has it by default unless somebody wants it otherwise (SelectSettings, step 6).
  private func processing(of mode: MediaSourceMode, _ sounds: [Sound]) -> [Sound] {
    var sounds = sounds
    if supported.contains(.echoCancellation) {
      let standard = defaults.echoCancellation
      let choices = mode.echoCancellation.map { value in
        { @Sendable (sound: inout Sound) in
          sound.settings.echoCancellation = value
          sound.native.echoCancellation = value
          if value != standard { sound.preference.fromDefaults += 1 }
        }
      }
      sounds = Choices(changes: choices).extend(sounds)
    }
    func extend(
      _ property: ConstrainableProperty, _ values: [Bool], _ path: WritableKeyPath<MediaTrackSettings, Bool?> & Sendable
    ) {
      guard supported.contains(property) else { return }
      let standard = defaults[keyPath: path]
      let choices = values.map { value in
        { @Sendable (sound: inout Sound) in
          sound.settings[keyPath: path] = value
          sound.native[keyPath: path] = value
          if value != standard { sound.preference.fromDefaults += 1 }
        }
      }
      sounds = Choices(changes: choices).extend(sounds)
    }
    extend(.autoGainControl, mode.autoGainControl, \.autoGainControl)
    extend(.noiseSuppression, mode.noiseSuppression, \.noiseSuppression)
    return sounds
  }

  /// What cannot be had of one source in two ways at once: processing, and how long sound waits.
  private func serves(_ native: MediaTrackSettings) -> Bool {
    commitments.allSatisfy { commitment in
      let settings = commitment.settings
      return (native.echoCancellation ?? .disabled) == (settings.echoCancellation ?? .disabled)
        && (native.autoGainControl ?? false) == (settings.autoGainControl ?? false)
        && (native.noiseSuppression ?? false) == (settings.noiseSuppression ?? false)
        && native.latency == settings.latency
    }
  }

  private func wholeNumbers(_ numbers: [Double]) -> [Int] {
    numbers.filter { $0 >= 1 && $0 <= Double(UInt32.max) }.map { Int($0) }
  }
}
