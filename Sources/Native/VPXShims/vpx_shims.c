#include "vpx_shims.h"

const vpx_enc_frame_flags_t rtc_vpx_force_key_frame = VPX_EFLAG_FORCE_KF;
const unsigned long rtc_vpx_deadline_realtime = VPX_DL_REALTIME;

vpx_codec_err_t rtc_vpx_vp8_default_configuration(vpx_codec_enc_cfg_t *configuration) {
  return vpx_codec_enc_config_default(vpx_codec_vp8_cx(), configuration, 0);
}

vpx_codec_err_t rtc_vpx_vp8_encoder_init(vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *configuration) {
  return vpx_codec_enc_init(context, vpx_codec_vp8_cx(), configuration, 0);
}

vpx_codec_err_t rtc_vpx_vp8_decoder_init(vpx_codec_ctx_t *context) {
  // One thread: with other work on the cores two cost far more than they save.
  vpx_codec_dec_cfg_t configuration = {.threads = 1, .w = 0, .h = 0};
  return vpx_codec_dec_init(context, vpx_codec_vp8_dx(), &configuration, 0);
}

vpx_codec_err_t rtc_vpx_set_cpu_used(vpx_codec_ctx_t *context, int cpu_used) {
  return vpx_codec_control(context, VP8E_SET_CPUUSED, cpu_used);
}

vpx_codec_err_t rtc_vpx_set_static_threshold(vpx_codec_ctx_t *context, unsigned int threshold) {
  return vpx_codec_control(context, VP8E_SET_STATIC_THRESHOLD, threshold);
}

vpx_codec_err_t rtc_vpx_set_token_partitions(vpx_codec_ctx_t *context, int log2_partitions) {
  return vpx_codec_control(context, VP8E_SET_TOKEN_PARTITIONS, log2_partitions);
}

vpx_codec_err_t rtc_vpx_set_noise_sensitivity(vpx_codec_ctx_t *context, unsigned int level) {
  return vpx_codec_control(context, VP8E_SET_NOISE_SENSITIVITY, level);
}

vpx_codec_err_t rtc_vpx_set_maximum_intra_bitrate_percent(vpx_codec_ctx_t *context, unsigned int percent) {
  return vpx_codec_control(context, VP8E_SET_MAX_INTRA_BITRATE_PCT, percent);
}

vpx_codec_err_t rtc_vpx_set_screen_content(vpx_codec_ctx_t *context, unsigned int mode) {
  return vpx_codec_control(context, VP8E_SET_SCREEN_CONTENT_MODE, mode);
}

vpx_codec_err_t rtc_vpx_get_last_quantizer(vpx_codec_ctx_t *context, int *quantizer) {
  return vpx_codec_control(context, VP8E_GET_LAST_QUANTIZER, quantizer);
}

vpx_codec_err_t rtc_vpx_get_frame_corrupted(vpx_codec_ctx_t *context, int *corrupted) {
  return vpx_codec_control(context, VP8D_GET_FRAME_CORRUPTED, corrupted);
}
