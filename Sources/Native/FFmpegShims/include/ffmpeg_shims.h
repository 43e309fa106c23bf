#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <stdint.h>

// What Swift cannot import: macros, and arrays of planes.

/// AVERROR_EOF, AVERROR_INVALIDDATA, and those of a decoder or format that is not there.
extern const int rtc_ffmpeg_end_of_file;
extern const int rtc_ffmpeg_invalid_data;
extern const int rtc_ffmpeg_no_decoder;
extern const int rtc_ffmpeg_no_stream;

/// Nothing is printed any more, unless the program has asked FFmpeg for another level.
void rtc_ffmpeg_silence(void);
/// Opens a regular file; nothing else is opened for it, wherever it points.
int rtc_ffmpeg_open(const char *path, AVFormatContext **context);
/// Units of `base` in nanoseconds.
int64_t rtc_ffmpeg_nanoseconds(int64_t time, AVRational base);
/// How long a frame lasts, in units of its stream; 0 when nobody knows.
int64_t rtc_ffmpeg_duration(const AVFrame *frame);
/// By how many degrees clockwise pictures are to be turned: 0, 90, 180 or 270.
int rtc_ffmpeg_rotation(const AVStream *stream);

struct SwsContext;
/// Writes a picture as I420 of limited range in its own size.
int rtc_ffmpeg_convert_picture(struct SwsContext **scaler, const AVFrame *frame, uint8_t *luma, int luma_stride,
                               uint8_t *cb, uint8_t *cr, int chroma_stride);

/// Turns sound of any format into interleaved samples of 16 bits.
struct rtc_ffmpeg_resampler;
struct rtc_ffmpeg_resampler *rtc_ffmpeg_resampler_create(int rate, int channels);
void rtc_ffmpeg_resampler_destroy(struct rtc_ffmpeg_resampler *resampler);
/// Forgets what is left of the last sound.
void rtc_ffmpeg_resampler_reset(struct rtc_ffmpeg_resampler *resampler);
/// The samples of each channel that the next call gives at most.
int rtc_ffmpeg_resampler_capacity(struct rtc_ffmpeg_resampler *resampler, const AVFrame *frame);
/// Returns the samples of each channel that were written, or an error. Without a frame, what is left.
int rtc_ffmpeg_resampler_convert(struct rtc_ffmpeg_resampler *resampler, const AVFrame *frame, int16_t *samples,
                                 int capacity);
