#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// WebRTC's processing of microphones, whose interface is C++. All sound is 48 kHz, interleaved, 10 ms at a time.

enum { RTC_AUDIO_PROCESSING_RATE = 48000, RTC_AUDIO_PROCESSING_COUNT = 480, RTC_AUDIO_PROCESSING_MAX_CHANNELS = 8 };

struct rtc_audio_processor;

/// For a microphone with so many channels. NULL when there is no memory, or there are too many channels.
struct rtc_audio_processor *rtc_audio_processor_create(int channels, bool removes_echo, bool follows_gain,
                                                       bool removes_noise);
void rtc_audio_processor_destroy(struct rtc_audio_processor *processor);
/// Takes note of 10 ms of one channel that are played.
int rtc_audio_processor_play(struct rtc_audio_processor *processor, const int16_t *samples);
/// Processes 10 ms that were recorded in place. The delay is that between a sample that is played and its echo here, as
/// far as it is known.
///
/// Returns 0, or an error of WebRTC; the samples are then as they were.
int rtc_audio_processor_record(struct rtc_audio_processor *processor, int16_t *samples, int delay_milliseconds);

#ifdef __cplusplus
}
#endif
