#pragma once

// The handler of ALSA's messages is variadic, which Swift does not import.

/// Keeps ALSA from printing to standard error. Every failure is told by a result as well.
void rtc_alsa_silence_messages(void);
