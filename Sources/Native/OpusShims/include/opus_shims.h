#pragma once

// opus_encoder_ctl is variadic and its requests are macros; Swift imports neither.

#include <opus/opus.h>

int rtc_opus_set_bitrate(OpusEncoder *encoder, int bits_per_second);
int rtc_opus_set_complexity(OpusEncoder *encoder, int complexity);
int rtc_opus_set_inband_fec(OpusEncoder *encoder, int enabled);
int rtc_opus_set_packet_loss_percent(OpusEncoder *encoder, int percent);
int rtc_opus_set_dtx(OpusEncoder *encoder, int enabled);
int rtc_opus_set_vbr(OpusEncoder *encoder, int enabled);
int rtc_opus_set_music_signal(OpusEncoder *encoder, int is_music);
int rtc_opus_set_maximum_bandwidth(OpusEncoder *encoder, int bandwidth);
int rtc_opus_get_lookahead(OpusEncoder *encoder, int *samples);
