#pragma once

// libvpx passes its ABI versions and typed controls through macros, which Swift does not import.

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

vpx_codec_err_t rtc_vpx_vp8_default_configuration(vpx_codec_enc_cfg_t *configuration);
vpx_codec_err_t rtc_vpx_vp8_encoder_init(vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *configuration);
vpx_codec_err_t rtc_vpx_vp8_decoder_init(vpx_codec_ctx_t *context);

vpx_codec_err_t rtc_vpx_set_cpu_used(vpx_codec_ctx_t *context, int cpu_used);
vpx_codec_err_t rtc_vpx_set_static_threshold(vpx_codec_ctx_t *context, unsigned int threshold);
vpx_codec_err_t rtc_vpx_set_token_partitions(vpx_codec_ctx_t *context, int log2_partitions);
vpx_codec_err_t rtc_vpx_set_noise_sensitivity(vpx_codec_ctx_t *context, unsigned int level);
vpx_codec_err_t rtc_vpx_set_maximum_intra_bitrate_percent(vpx_codec_ctx_t *context, unsigned int percent);
vpx_codec_err_t rtc_vpx_set_screen_content(vpx_codec_ctx_t *context, unsigned int mode);
vpx_codec_err_t rtc_vpx_get_last_quantizer(vpx_codec_ctx_t *context, int *quantizer);
vpx_codec_err_t rtc_vpx_get_frame_corrupted(vpx_codec_ctx_t *context, int *corrupted);

// Flags are macros of a type that Swift cannot take over.
extern const vpx_enc_frame_flags_t rtc_vpx_force_key_frame;
extern const unsigned long rtc_vpx_deadline_realtime;
