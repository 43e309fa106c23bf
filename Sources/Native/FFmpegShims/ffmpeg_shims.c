#include "ffmpeg_shims.h"

#include <libavutil/avstring.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>

const int rtc_ffmpeg_end_of_file = AVERROR_EOF;
const int rtc_ffmpeg_invalid_data = AVERROR_INVALIDDATA;
const int rtc_ffmpeg_no_decoder = AVERROR_DECODER_NOT_FOUND;
const int rtc_ffmpeg_no_stream = AVERROR_STREAM_NOT_FOUND;

void rtc_ffmpeg_silence(void) {
  if (av_log_get_level() == AV_LOG_INFO) av_log_set_level(AV_LOG_QUIET);
}

int rtc_ffmpeg_open(const char *path, AVFormatContext **context) {
  AVDictionary *options = NULL;
  char *url = av_asprintf("file:%s", path);
  int result = url ? av_dict_set(&options, "protocol_whitelist", "file", 0) : AVERROR(ENOMEM);
  if (result >= 0) result = avformat_open_input(context, url, NULL, &options);
  av_dict_free(&options);
  av_free(url);
  return result;
}

int64_t rtc_ffmpeg_nanoseconds(int64_t time, AVRational base) {
  if (base.num <= 0 || base.den <= 0) return 0;
  return av_rescale_q(time, base, (AVRational){1, 1000000000});
}

int64_t rtc_ffmpeg_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame->duration;
#else
  return frame->pkt_duration;
#endif
}

int rtc_ffmpeg_rotation(const AVStream *stream) {
  const int32_t *matrix = NULL;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 29, 100)
  const AVPacketSideData *data = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  if (data && data->size >= 9 * sizeof(int32_t)) matrix = (const int32_t *)data->data;
#else
  size_t size = 0;
  const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (data && size >= 9 * sizeof(int32_t)) matrix = (const int32_t *)data;
#endif
  if (!matrix) return 0;
  // The matrix turns the other way round.
  double degrees = -av_display_rotation_get(matrix);
  if (isnan(degrees)) return 0;
  int quarters = (int)lrint(degrees / 90) % 4;
  return (quarters < 0 ? quarters + 4 : quarters) * 90;
}

static int is_full_range(const AVFrame *frame) {
  return frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P ||
         frame->format == AV_PIX_FMT_YUVJ422P || frame->format == AV_PIX_FMT_YUVJ444P ||
         frame->format == AV_PIX_FMT_YUVJ440P;
}

int rtc_ffmpeg_convert_picture(struct SwsContext **scaler, const AVFrame *frame, uint8_t *luma, int luma_stride,
                               uint8_t *cb, uint8_t *cr, int chroma_stride) {
  int width = frame->width, height = frame->height;
  if (frame->format == AV_PIX_FMT_YUV420P && !is_full_range(frame)) {
    int chroma_width = AV_CEIL_RSHIFT(width, 1), chroma_height = AV_CEIL_RSHIFT(height, 1);
    av_image_copy_plane(luma, luma_stride, frame->data[0], frame->linesize[0], width, height);
    av_image_copy_plane(cb, chroma_stride, frame->data[1], frame->linesize[1], chroma_width, chroma_height);
    av_image_copy_plane(cr, chroma_stride, frame->data[2], frame->linesize[2], chroma_width, chroma_height);
    return 0;
  }
  *scaler = sws_getCachedContext(*scaler, width, height, frame->format, width, height, AV_PIX_FMT_YUV420P,
                                 SWS_BILINEAR, NULL, NULL, NULL);
  if (!*scaler) return AVERROR(EINVAL);
  const int *coefficients = sws_getCoefficients(SWS_CS_DEFAULT);
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
  // What has no colour is of full range, unless it says otherwise.
  int is_grey = format && format->nb_components <= 2 && frame->color_range != AVCOL_RANGE_MPEG;
  int from_full = is_full_range(frame) || is_grey;
  sws_setColorspaceDetails(*scaler, coefficients, from_full, coefficients, 0, 0, 1 << 16, 1 << 16);
  uint8_t *const planes[4] = {luma, cb, cr, NULL};
  const int strides[4] = {luma_stride, chroma_stride, chroma_stride, 0};
  int rows = sws_scale(*scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, height, planes, strides);
  return rows < 0 ? rows : 0;
}

struct rtc_ffmpeg_resampler {
  SwrContext *context;
  AVChannelLayout output;
  int output_rate;
  // Of the sound that it is set up for.
  AVChannelLayout layout;
  int format, rate;
};

struct rtc_ffmpeg_resampler *rtc_ffmpeg_resampler_create(int rate, int channels) {
  struct rtc_ffmpeg_resampler *resampler = av_mallocz(sizeof *resampler);
  if (!resampler) return NULL;
  av_channel_layout_default(&resampler->output, channels);
  resampler->output_rate = rate;
  return resampler;
}

void rtc_ffmpeg_resampler_destroy(struct rtc_ffmpeg_resampler *resampler) {
  swr_free(&resampler->context);
  av_channel_layout_uninit(&resampler->layout);
  av_channel_layout_uninit(&resampler->output);
  av_free(resampler);
}

void rtc_ffmpeg_resampler_reset(struct rtc_ffmpeg_resampler *resampler) { swr_free(&resampler->context); }

static int set_up(struct rtc_ffmpeg_resampler *resampler, const AVFrame *frame) {
  if (resampler->context && resampler->format == frame->format && resampler->rate == frame->sample_rate &&
      av_channel_layout_compare(&resampler->layout, &frame->ch_layout) == 0) {
    return 0;
  }
  swr_free(&resampler->context);
  AVChannelLayout input = {0};
  int result = av_channel_layout_copy(&resampler->layout, &frame->ch_layout);
  if (result < 0) return result;
  // Where nobody says which channels these are they are the usual ones.
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&input, frame->ch_layout.nb_channels);
  } else {
    result = av_channel_layout_copy(&input, &frame->ch_layout);
  }
  resampler->format = frame->format;
  resampler->rate = frame->sample_rate;
  if (result >= 0) {
    result = swr_alloc_set_opts2(&resampler->context, &resampler->output, AV_SAMPLE_FMT_S16, resampler->output_rate,
                                 &input, frame->format, frame->sample_rate, 0, NULL);
  }
  av_channel_layout_uninit(&input);
  if (result >= 0) result = swr_init(resampler->context);
  if (result < 0) swr_free(&resampler->context);
  return result;
}

int rtc_ffmpeg_resampler_capacity(struct rtc_ffmpeg_resampler *resampler, const AVFrame *frame) {
  if (frame) {
    int result = set_up(resampler, frame);
    if (result < 0) return result;
  }
  return resampler->context ? swr_get_out_samples(resampler->context, frame ? frame->nb_samples : 0) : 0;
}

int rtc_ffmpeg_resampler_convert(struct rtc_ffmpeg_resampler *resampler, const AVFrame *frame, int16_t *samples,
                                 int capacity) {
  if (!resampler->context) return 0;
  uint8_t *output[1] = {(uint8_t *)samples};
  const uint8_t **input = frame ? (const uint8_t **)frame->extended_data : NULL;
  return swr_convert(resampler->context, output, capacity, input, frame ? frame->nb_samples : 0);
}
