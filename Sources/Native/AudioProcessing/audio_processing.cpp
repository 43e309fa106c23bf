#include "audio_processing.h"

#include <webrtc/modules/audio_processing/include/audio_processing.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

struct rtc_audio_processor {
  explicit rtc_audio_processor(size_t channels) : channels(channels) {}

  const size_t channels;
  std::unique_ptr<webrtc::AudioProcessing> processing;
};

namespace {

constexpr size_t kCount = RTC_AUDIO_PROCESSING_COUNT;
constexpr size_t kMaxChannels = RTC_AUDIO_PROCESSING_MAX_CHANNELS;

/// Samples with each channel by itself.
class Planes {
 public:
  Planes(const int16_t *samples, size_t channels) : channels_(channels) {
    for (size_t channel = 0; channel < channels; channel++) {
      planes_[channel] = values_ + channel * kCount;
      for (size_t i = 0; i < kCount; i++) {
        planes_[channel][i] = static_cast<float>(samples[i * channels + channel]) / 32768.0f;
      }
    }
  }

  void interleave(int16_t *samples) const {
    for (size_t channel = 0; channel < channels_; channel++) {
      for (size_t i = 0; i < kCount; i++) {
        float value = std::min(std::max(planes_[channel][i] * 32768.0f, -32768.0f), 32767.0f);
        samples[i * channels_ + channel] = static_cast<int16_t>(std::lround(value));
      }
    }
  }

  float *const *planes() { return planes_; }

 private:
  const size_t channels_;
  float values_[kMaxChannels * kCount];
  float *planes_[kMaxChannels];
};

}  // namespace

rtc_audio_processor *rtc_audio_processor_create(int channels, bool removes_echo, bool follows_gain,
                                                bool removes_noise) {
  if (channels < 1 || channels > RTC_AUDIO_PROCESSING_MAX_CHANNELS) return nullptr;
  webrtc::Config config;
  // How long sound is on its way through the air and its devices is known by and large only.
  config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
  config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
  // It turns a dial at the microphone, which is not there, and ignores the settings below.
  config.Set<webrtc::ExperimentalAgc>(new webrtc::ExperimentalAgc(false));
  std::unique_ptr<rtc_audio_processor> processor(new (std::nothrow) rtc_audio_processor(channels));
  if (!processor) return nullptr;
  processor->processing.reset(webrtc::AudioProcessing::Create(config));
  webrtc::AudioProcessing *processing = processor->processing.get();
  if (!processing) return nullptr;
  processing->echo_cancellation()->enable_drift_compensation(false);
  processing->echo_cancellation()->set_suppression_level(webrtc::EchoCancellation::kModerateSuppression);
  processing->echo_cancellation()->Enable(removes_echo);
  processing->noise_suppression()->set_level(webrtc::NoiseSuppression::kHigh);
  processing->noise_suppression()->Enable(removes_noise);
  // There is no dial at the microphone to turn, so samples are multiplied.
  processing->gain_control()->set_mode(webrtc::GainControl::kAdaptiveDigital);
  processing->gain_control()->set_target_level_dbfs(3);
  processing->gain_control()->set_compression_gain_db(9);
  processing->gain_control()->enable_limiter(true);
  processing->gain_control()->Enable(follows_gain);
  return processor.release();
}

void rtc_audio_processor_destroy(rtc_audio_processor *processor) { delete processor; }

int rtc_audio_processor_play(rtc_audio_processor *processor, const int16_t *samples) {
  Planes sound(samples, 1);
  const webrtc::StreamConfig config(RTC_AUDIO_PROCESSING_RATE, 1);
  return processor->processing->ProcessReverseStream(sound.planes(), config, config, sound.planes());
}

int rtc_audio_processor_record(rtc_audio_processor *processor, int16_t *samples, int delay_milliseconds) {
  Planes sound(samples, processor->channels);
  const webrtc::StreamConfig config(RTC_AUDIO_PROCESSING_RATE, processor->channels);
  processor->processing->set_stream_delay_ms(std::min(std::max(delay_milliseconds, 0), 500));
  int result = processor->processing->ProcessStream(sound.planes(), config, config, sound.planes());
  if (result == 0) sound.interleave(samples);
  return result;
}
