#include "alsa_shims.h"

#include <alsa/asoundlib.h>

static void ignore_message(const char *file, int line, const char *function, int error, const char *format, ...) {
  (void)file;
  (void)line;
  (void)function;
  (void)error;
  (void)format;
}

void rtc_alsa_silence_messages(void) { snd_lib_error_set_handler(ignore_message); }
