#include "opus_shims.h"

int rtc_opus_set_bitrate(OpusEncoder *encoder, int bits_per_second) {
  return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits_per_second));
}

int rtc_opus_set_complexity(OpusEncoder *encoder, int complexity) {
  return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}

int rtc_opus_set_inband_fec(OpusEncoder *encoder, int enabled) {
  return opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(enabled));
}

int rtc_opus_set_packet_loss_percent(OpusEncoder *encoder, int percent) {
  return opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(percent));
}

int rtc_opus_set_dtx(OpusEncoder *encoder, int enabled) {
  return opus_encoder_ctl(encoder, OPUS_SET_DTX(enabled));
}

int rtc_opus_set_vbr(OpusEncoder *encoder, int enabled) {
  return opus_encoder_ctl(encoder, OPUS_SET_VBR(enabled));
}

int rtc_opus_set_music_signal(OpusEncoder *encoder, int is_music) {
  return opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(is_music ? OPUS_SIGNAL_MUSIC : OPUS_SIGNAL_VOICE));
}

int rtc_opus_set_maximum_bandwidth(OpusEncoder *encoder, int bandwidth) {
  return opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(bandwidth));
}

int rtc_opus_get_lookahead(OpusEncoder *encoder, int *samples) {
  return opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(samples));
}
