// A microphone without hardware: a plug-in of ALSA (ioplug) that records a tone in real time.
//
//   pcm_type.rig { lib "/path/of/libasound_module_pcm_rig.so" }
//   pcm.rigmic { type rig  frequency 1000  control "/path/of/a/file" }
//
// The first character of the control file changes what happens next:
//   s  no sample comes
//   x  samples are lost once, as when a reader is late; the file is emptied
//   u  the microphone is unplugged

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct microphone {
  snd_pcm_ioplug_t plug;
  int timer;
  double frequency;
  char *control;
  int64_t start;           // in nanoseconds
  int64_t stalled_since;   // samples heard when it stalled; -1 while it does not
  int64_t stalled_samples; // samples left out by earlier stalls
  snd_pcm_uframes_t boundary;
};

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static char control_character(const struct microphone *microphone) {
  char character = 0;
  int file = microphone->control ? open(microphone->control, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  if (read(file, &character, 1) != 1) character = 0;
  close(file);
  return character;
}

static int unplugged(snd_pcm_ioplug_t *plug) {
  snd_pcm_ioplug_set_state(plug, SND_PCM_STATE_DISCONNECTED);
  return -ENODEV;
}

static void set_timer(struct microphone *microphone, int64_t interval) {
  struct timespec time = {interval / 1000000000, interval % 1000000000};
  struct itimerspec setting = {time, time};
  timerfd_settime(microphone->timer, 0, &setting, NULL);
}

static int prepare(snd_pcm_ioplug_t *plug) {
  struct microphone *microphone = plug->private_data;
  microphone->start = nanoseconds();
  microphone->stalled_since = -1;
  microphone->stalled_samples = 0;
  return control_character(microphone) == 'u' ? -ENODEV : 0;
}

static int start(snd_pcm_ioplug_t *plug) {
  struct microphone *microphone = plug->private_data;
  microphone->start = nanoseconds();
  set_timer(microphone, (int64_t)plug->period_size * 1000000000 / plug->rate);
  return 0;
}

static int stop(snd_pcm_ioplug_t *plug) {
  set_timer(plug->private_data, 0);
  return 0;
}

// How many samples were heard since the start, modulo the boundary.
static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *plug) {
  struct microphone *microphone = plug->private_data;
  char control = control_character(microphone);
  if (control == 'u') return unplugged(plug);
  if (control == 'x' && truncate(microphone->control, 0) == 0) return -EPIPE;
  if (plug->state != SND_PCM_STATE_RUNNING) return 0;
  int64_t heard = (int64_t)((double)(nanoseconds() - microphone->start) * 1e-9 * plug->rate);
  heard -= microphone->stalled_samples;
  if (control == 's') {
    if (microphone->stalled_since < 0) microphone->stalled_since = heard;
    heard = microphone->stalled_since;
  } else if (microphone->stalled_since >= 0) {
    microphone->stalled_samples += heard - microphone->stalled_since;
    heard = microphone->stalled_since;
    microphone->stalled_since = -1;
  }
  if (heard - (int64_t)plug->appl_ptr > (int64_t)plug->buffer_size) return -EPIPE;
  return (snd_pcm_sframes_t)(heard % (int64_t)microphone->boundary);
}

static snd_pcm_sframes_t transfer(snd_pcm_ioplug_t *plug, const snd_pcm_channel_area_t *areas,
                                  snd_pcm_uframes_t offset, snd_pcm_uframes_t count) {
  struct microphone *microphone = plug->private_data;
  int16_t *samples = (int16_t *)((char *)areas->addr + (areas->first + areas->step * offset) / 8);
  for (snd_pcm_uframes_t i = 0; i < count; i++) {
    double cycles = microphone->frequency * (double)(plug->appl_ptr + i) / plug->rate;
    for (unsigned channel = 0; channel < plug->channels; channel++) {
      *samples++ = (int16_t)lrint(12000 * sin(2 * M_PI * fmod(cycles, 1)));
    }
  }
  return (snd_pcm_sframes_t)count;
}

static int poll_revents(snd_pcm_ioplug_t *plug, struct pollfd *descriptors, unsigned count, unsigned short *events) {
  struct microphone *microphone = plug->private_data;
  uint64_t expirations;
  if (count > 0 && descriptors->revents & POLLIN && read(microphone->timer, &expirations, 8) != 8) expirations = 0;
  if (control_character(microphone) == 'u') {
    unplugged(plug);
    *events = POLLERR | POLLHUP;
    return 0;
  }
  snd_pcm_sframes_t available = snd_pcm_avail_update(plug->pcm);
  *events = available < 0 ? POLLIN | POLLERR : available >= (snd_pcm_sframes_t)plug->period_size ? POLLIN : 0;
  return 0;
}

static int set_software(snd_pcm_ioplug_t *plug, snd_pcm_sw_params_t *parameters) {
  return snd_pcm_sw_params_get_boundary(parameters, &((struct microphone *)plug->private_data)->boundary);
}

static int close_microphone(snd_pcm_ioplug_t *plug) {
  struct microphone *microphone = plug->private_data;
  close(microphone->timer);
  free(microphone->control);
  free(microphone);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .prepare = prepare,
    .start = start,
    .stop = stop,
    .pointer = pointer,
    .transfer = transfer,
    .poll_revents = poll_revents,
    .sw_params = set_software,
    .close = close_microphone,
};

static int limit(snd_pcm_ioplug_t *plug) {
  static const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
  static const unsigned format[] = {SND_PCM_FORMAT_S16_LE};
  snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
  snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_CHANNELS, 1, 2);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_RATE, 8000, 96000);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 65536);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 256, 1 << 20);
  return snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
}

SND_PCM_PLUGIN_DEFINE_FUNC(rig) {
  (void)root;
  if (stream != SND_PCM_STREAM_CAPTURE) return -EINVAL;
  struct microphone *microphone = calloc(1, sizeof *microphone);
  if (!microphone) return -ENOMEM;
  microphone->frequency = 1000;
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *name, *text;
    if (snd_config_get_id(entry, &name) < 0) continue;
    if (!strcmp(name, "frequency")) snd_config_get_ireal(entry, &microphone->frequency);
    if (!strcmp(name, "control") && !snd_config_get_string(entry, &text)) microphone->control = strdup(text);
  }
  int result = control_character(microphone) == 'u' ? -ENODEV : 0;
  if (result == 0) {
    microphone->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    microphone->plug.version = SND_PCM_IOPLUG_VERSION;
    microphone->plug.name = "rig microphone";
    microphone->plug.callback = &callbacks;
    microphone->plug.private_data = microphone;
    microphone->plug.poll_fd = microphone->timer;
    microphone->plug.poll_events = POLLIN;
    microphone->plug.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    result = snd_pcm_ioplug_create(&microphone->plug, name, stream, mode);
    if (result == 0) {
      limit(&microphone->plug);
      *pcmp = microphone->plug.pcm;
      return 0;
    }
    close(microphone->timer);
  }
  free(microphone->control);
  free(microphone);
  return result;
}
SND_PCM_PLUGIN_SYMBOL(rig);
