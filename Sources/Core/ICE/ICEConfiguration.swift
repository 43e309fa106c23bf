import RTCBase

/// Timing, limits and policy of an `ICEAgent`.
package struct ICEConfiguration: Hashable, Sendable {
  package var privacyMode = ICEPrivacyMode.allInterfaces
  /// `iceTransportPolicy: "relay"`: no host or server-reflexive candidate is used or told.
  package var usesOnlyRelays = false

  /// Ta, the pace of new transactions (RFC 8445 §14.2), never below `minimumCheckInterval`. The RFC's default of 50 ms comes
  /// from the narrow links of its first version; at 20 ms the checks of ten pairs, under 150 bytes each, take 200 ms and
  /// 60 kbit/s. The first check of a burst goes out at once.
  package var checkInterval = TimeDelta.milliseconds(20)
  /// The pace of triggered checks: the smallest interval that RFC 8445 §14.2 allows.
  package var minimumCheckInterval = TimeDelta.milliseconds(5)
  /// The smallest retransmission timeout of a check. Half of RFC 8445 §14.3's: a lost check costs less set-up time, and a
  /// pair has failed after 19.75 s, so that a whole agent fails within 30 s.
  package var checkTimeout = TimeDelta.milliseconds(250)
  /// The retransmission timeout towards STUN servers (RFC 8489 §6.2.1).
  package var serverTimeout = TimeDelta.milliseconds(500)
  /// How long a STUN server may take before it is reported as error 701.
  package var gatheringTimeout = TimeDelta.seconds(10)

  /// How long the controlling agent waits for a better pair after the first valid one. It costs no media: data flows on
  /// the best valid pair meanwhile.
  package var nominationDelay = TimeDelta.milliseconds(200)

  /// The mean distance of consent checks; each is 0.8 to 1.2 times as long (RFC 7675 §5.1).
  package var consentInterval = TimeDelta.seconds(5)
  /// Consent ends this long after the last response (RFC 7675 §5.1).
  package var consentTimeout = TimeDelta.seconds(30)
  /// Silence after which an unanswered consent check means `disconnected`.
  package var disconnectedDelay = TimeDelta.seconds(5)
  /// How long the peer may take to answer a consent check before it counts as unanswered.
  package var consentAnswerDelay = TimeDelta.seconds(1)
  /// Tr, the longest silence on a path in use or on the way to a STUN server (RFC 8445 §11).
  package var keepaliveInterval = TimeDelta.seconds(15)

  /// Patience with a checklist that has nothing left to try, for checks that the peer may still send (RFC 8863 §4).
  package var failureGracePeriod = TimeDelta.seconds(15)
  /// Without a valid pair the agent fails at this age, whatever may still come.
  package var failureTimeout = TimeDelta.seconds(30)

  package var maximumBases = 32
  package var maximumServers = 8
  package var maximumRemoteCandidates = 100
  package var maximumPairs = 200
  package var maximumValidatedAddresses = 64

  package init() {}
}
