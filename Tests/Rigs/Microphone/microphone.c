// A microphone and a loudspeaker without hardware: a plug-in of ALSA (ioplug) that records a tone, or plays into a file,
// in real time.
//
//   pcm_type.rig { lib "/path/of/libasound_module_pcm_rig.so" }
//   pcm.rigmic {
//     type rig
//     frequency 1000             # of the tone, which the second channel has half as loud
//     control "/path/of/a/file"
//     record "/path/of/a/file"   # what is played, as it comes
//     echo "/path/of/a/file"     # instead of the tone: what a loudspeaker of this process that records there plays at the
//                                # moment, half as loud (S16 only, rate and channels of both alike)
//     format S16                 # or S32 or FLOAT
//     rate 44100                 # the only one; without it 8 to 96 kHz
//     channels 2                 # the only number; without it 1 and 2
//     mapped 1                   # samples are moved through mapped memory only
//     skew 100                   # millionths by which its clock is fast
//   }
//
// The first character of the control file changes what happens next:
//   s  no sample comes, or goes               x  samples are lost once, as when a thread is late; the file is emptied
//   h  the same as s, until prepared anew     l  descriptors are always ready, but nothing comes
//   u  it is unplugged                        b  another program has it (EBUSY)
//   p  this user may not open it (EACCES)

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
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
  double speed;            // of its clock
  int record;              // what is played goes there, or -1
  char *path;              // of the recording
  int echo;                // what is heard comes from there, or -1
  // Of a loudspeaker with a recording: where it began in it when it was prepared, and the samples since.
  off_t begin;
  int64_t written;
  bool is_playing;
  struct microphone *next;
  bool has_hung;
  int64_t start;           // in nanoseconds
  int64_t stalled_since;   // samples heard when it stalled; -1 while it does not
  int64_t stalled_samples; // samples left out by earlier stalls
  snd_pcm_uframes_t boundary;
};

// Loudspeakers with a recording, which microphones may hear.
static struct microphone *loudspeakers;
static pthread_mutex_t loudspeakers_lock = PTHREAD_MUTEX_INITIALIZER;

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
  pthread_mutex_lock(&loudspeakers_lock);
  microphone->start = nanoseconds();
  microphone->is_playing = false;
  microphone->written = 0;
  if (microphone->record >= 0) microphone->begin = lseek(microphone->record, 0, SEEK_CUR);
  pthread_mutex_unlock(&loudspeakers_lock);
  microphone->stalled_since = -1;
  microphone->stalled_samples = 0;
  microphone->has_hung = false;
  return control_character(microphone) == 'u' ? -ENODEV : 0;
}

static int start(snd_pcm_ioplug_t *plug) {
  struct microphone *microphone = plug->private_data;
  pthread_mutex_lock(&loudspeakers_lock);
  microphone->start = nanoseconds();
  microphone->is_playing = true;
  pthread_mutex_unlock(&loudspeakers_lock);
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
  double seconds = (double)(nanoseconds() - microphone->start) * 1e-9;
  int64_t heard = (int64_t)(seconds * plug->rate * microphone->speed) - microphone->stalled_samples;
  if (control == 'h') microphone->has_hung = true;
  if (control == 's' || control == 'l' || microphone->has_hung) {
    if (microphone->stalled_since < 0) microphone->stalled_since = heard;
    heard = microphone->stalled_since;
  } else if (microphone->stalled_since >= 0) {
    microphone->stalled_samples += heard - microphone->stalled_since;
    heard = microphone->stalled_since;
    microphone->stalled_since = -1;
  }
  int64_t moved = (int64_t)plug->appl_ptr;
  bool is_late = plug->stream == SND_PCM_STREAM_CAPTURE ? heard - moved > (int64_t)plug->buffer_size : heard > moved;
  if (is_late) return -EPIPE;
  return (snd_pcm_sframes_t)(heard % (int64_t)microphone->boundary);
}

static uint8_t *write_sample(uint8_t *samples, snd_pcm_format_t format, double value) {
  if (format == SND_PCM_FORMAT_S16) {
    *(int16_t *)samples = (int16_t)lrint(12000 * value);
    return samples + 2;
  }
  if (format == SND_PCM_FORMAT_S32) {
    *(int32_t *)samples = (int32_t)lrint(12000.0 * 65536 * value);
  } else {
    *(float *)samples = (float)(12000.0 / 32768 * value);
  }
  return samples + 4;
}

// What the loudspeaker plays at the moments of these samples, silence where it plays nothing.
static void hear_echo(const struct microphone *microphone, int16_t *samples, int64_t count) {
  const snd_pcm_ioplug_t *plug = &microphone->plug;
  size_t size = sizeof *samples * plug->channels;
  memset(samples, 0, (size_t)count * size);
  pthread_mutex_lock(&loudspeakers_lock);
  const struct microphone *loudspeaker = loudspeakers;
  while (loudspeaker && strcmp(loudspeaker->path, microphone->path)) loudspeaker = loudspeaker->next;
  if (loudspeaker && loudspeaker->is_playing) {
    double seconds = (double)(microphone->start - loudspeaker->start) * 1e-9;
    int64_t first = (int64_t)plug->appl_ptr + llrint(seconds * plug->rate);
    int64_t silent = first < 0 ? -first : 0;
    int64_t end = first + count < loudspeaker->written ? first + count : loudspeaker->written;
    int64_t heard = end - first - silent;
    if (heard > 0) {
      off_t offset = loudspeaker->begin + (off_t)((size_t)(first + silent) * size);
      int16_t *into = samples + (size_t)silent * plug->channels;
      ssize_t bytes = pread(microphone->echo, into, (size_t)heard * size, offset);
      for (ssize_t i = 0; i < bytes / 2; i++) into[i] /= 2;
    }
  }
  pthread_mutex_unlock(&loudspeakers_lock);
}

static snd_pcm_sframes_t transfer(snd_pcm_ioplug_t *plug, const snd_pcm_channel_area_t *areas,
                                  snd_pcm_uframes_t offset, snd_pcm_uframes_t count) {
  struct microphone *microphone = plug->private_data;
  uint8_t *samples = (uint8_t *)areas->addr + (areas->first + areas->step * offset) / 8;
  if (plug->stream == SND_PCM_STREAM_PLAYBACK) {
    size_t size = count * areas->step / 8;
    if (microphone->record < 0) return (snd_pcm_sframes_t)count;
    pthread_mutex_lock(&loudspeakers_lock);
    bool is_written = write(microphone->record, samples, size) == (ssize_t)size;
    if (is_written) microphone->written += (int64_t)count;
    pthread_mutex_unlock(&loudspeakers_lock);
    return is_written ? (snd_pcm_sframes_t)count : -EIO;
  }
  if (microphone->echo >= 0) {
    hear_echo(microphone, (int16_t *)samples, (int64_t)count);
    return (snd_pcm_sframes_t)count;
  }
  for (snd_pcm_uframes_t i = 0; i < count; i++) {
    double cycles = microphone->frequency * (double)(plug->appl_ptr + i) / plug->rate;
    for (unsigned channel = 0; channel < plug->channels; channel++) {
      samples = write_sample(samples, plug->format, sin(2 * M_PI * fmod(cycles, 1)) / (channel + 1));
    }
  }
  return (snd_pcm_sframes_t)count;
}

static int poll_revents(snd_pcm_ioplug_t *plug, struct pollfd *descriptors, unsigned count, unsigned short *events) {
  struct microphone *microphone = plug->private_data;
  uint64_t expirations;
  bool is_capture = plug->stream == SND_PCM_STREAM_CAPTURE;
  unsigned short ready = is_capture ? POLLIN : POLLOUT;
  if (control_character(microphone) == 'l') {
    *events = ready;
    return 0;
  }
  if (count > 0 && descriptors->revents & POLLIN && read(microphone->timer, &expirations, 8) != 8) expirations = 0;
  if (control_character(microphone) == 'u') {
    unplugged(plug);
    *events = POLLERR | POLLHUP;
    return 0;
  }
  snd_pcm_sframes_t available = snd_pcm_avail_update(plug->pcm);
  *events = available < 0 ? ready | POLLERR : available >= (snd_pcm_sframes_t)plug->period_size ? ready : 0;
  return 0;
}

static int set_software(snd_pcm_ioplug_t *plug, snd_pcm_sw_params_t *parameters) {
  return snd_pcm_sw_params_get_boundary(parameters, &((struct microphone *)plug->private_data)->boundary);
}

static int close_microphone(snd_pcm_ioplug_t *plug) {
  struct microphone *microphone = plug->private_data;
  pthread_mutex_lock(&loudspeakers_lock);
  struct microphone **place = &loudspeakers;
  while (*place && *place != microphone) place = &(*place)->next;
  if (*place) *place = microphone->next;
  pthread_mutex_unlock(&loudspeakers_lock);
  close(microphone->timer);
  if (microphone->record >= 0) close(microphone->record);
  if (microphone->echo >= 0) close(microphone->echo);
  free(microphone->control);
  free(microphone->path);
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

// What the configuration says of a device.
struct configuration {
  const char *format, *record, *echo;
  long rate, channels, is_mapped, skew;
};

static int limit(snd_pcm_ioplug_t *plug, const struct configuration *configuration) {
  static const unsigned access[] = {SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_RW_INTERLEAVED};
  unsigned format = (unsigned)snd_pcm_format_value(configuration->format);
  long rate = configuration->rate, channels = configuration->channels;
  snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_ACCESS, configuration->is_mapped ? 1 : 2, access);
  snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_CHANNELS, channels ? (unsigned)channels : 1,
                                  channels ? (unsigned)channels : 2);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_RATE, rate ? (unsigned)rate : 8000,
                                  rate ? (unsigned)rate : 96000);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 65536);
  snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 256, 1 << 20);
  return snd_pcm_ioplug_set_param_minmax(plug, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
}

static void read_configuration(snd_config_t *node, struct microphone *microphone, struct configuration *into) {
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, node) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *name, *text;
    if (snd_config_get_id(entry, &name) < 0) continue;
    if (!strcmp(name, "frequency")) snd_config_get_ireal(entry, &microphone->frequency);
    if (!strcmp(name, "control") && !snd_config_get_string(entry, &text)) microphone->control = strdup(text);
    if (!strcmp(name, "record")) snd_config_get_string(entry, &into->record);
    if (!strcmp(name, "echo")) snd_config_get_string(entry, &into->echo);
    if (!strcmp(name, "format")) snd_config_get_string(entry, &into->format);
    if (!strcmp(name, "rate")) snd_config_get_integer(entry, &into->rate);
    if (!strcmp(name, "channels")) snd_config_get_integer(entry, &into->channels);
    if (!strcmp(name, "mapped")) snd_config_get_integer(entry, &into->is_mapped);
    if (!strcmp(name, "skew")) snd_config_get_integer(entry, &into->skew);
  }
}

static int refusal(const struct microphone *microphone) {
  switch (control_character(microphone)) {
    case 'u': return -ENODEV;
    case 'b': return -EBUSY;
    case 'p': return -EACCES;
    default: return 0;
  }
}

SND_PCM_PLUGIN_DEFINE_FUNC(rig) {
  (void)root;
  struct microphone *microphone = calloc(1, sizeof *microphone);
  if (!microphone) return -ENOMEM;
  struct configuration configuration = {.format = "S16"};
  microphone->frequency = 1000;
  microphone->record = -1;
  microphone->echo = -1;
  read_configuration(conf, microphone, &configuration);
  microphone->speed = 1 + (double)configuration.skew * 1e-6;
  int result = refusal(microphone);
  if (result == 0) {
    if (stream == SND_PCM_STREAM_PLAYBACK && configuration.record) {
      microphone->record = open(configuration.record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
      microphone->path = strdup(configuration.record);
    }
    if (stream == SND_PCM_STREAM_CAPTURE && configuration.echo) {
      microphone->echo = open(configuration.echo, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
      microphone->path = strdup(configuration.echo);
    }
    microphone->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    microphone->plug.version = SND_PCM_IOPLUG_VERSION;
    microphone->plug.name = "rig microphone";
    microphone->plug.callback = &callbacks;
    microphone->plug.private_data = microphone;
    microphone->plug.poll_fd = microphone->timer;
    microphone->plug.poll_events = POLLIN;
    microphone->plug.mmap_rw = 0;
    microphone->plug.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    result = snd_pcm_ioplug_create(&microphone->plug, name, stream, mode);
    if (result == 0) {
      limit(&microphone->plug, &configuration);
      if (microphone->record >= 0) {
        pthread_mutex_lock(&loudspeakers_lock);
        microphone->next = loudspeakers;
        loudspeakers = microphone;
        pthread_mutex_unlock(&loudspeakers_lock);
      }
      *pcmp = microphone->plug.pcm;
      return 0;
    }
    close(microphone->timer);
    if (microphone->record >= 0) close(microphone->record);
    if (microphone->echo >= 0) close(microphone->echo);
  }
  free(microphone->control);
  free(microphone->path);
  free(microphone);
  return result;
}
SND_PCM_PLUGIN_SYMBOL(rig);
