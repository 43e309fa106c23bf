// Cameras without hardware: preloaded into a program (LD_PRELOAD), it answers for V4L2 devices.
//
//   RIG_CAMERAS         a folder; a file video* in it is a camera, if its text names formats of pixels. It may be made and
//                       removed while the program runs. The formats differ as those of real cameras do:
//                         YUYV  listed sizes, few pictures of the largest     MJPG  listed sizes, many pictures
//                         NV12  any size in a range, rows with padding        YU12  any size, none is listed
//                         GREY  one size
//   RIG_CAMERA_CONTROL  a folder; the first character of the file with a camera's name changes what happens next:
//                         s  no picture comes                  h  the same, until the stream is started anew
//                         e  pictures are flagged as broken    c  compressed pictures are cut off
//                         d  every other picture is left out   i  the signal is lost (EIO), until started anew
//                         u  the camera is unplugged           b  another program has it (EBUSY)
//                         p  this user may not open it (EACCES)
//
// A descriptor that is handed out is one end of a pair of sockets on which one byte lies for each picture that is
// ready, so that poll works as it does with a camera. The buffers lie in a memory file, so that they can be mapped.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "modes.h"
#include "pictures.h"

enum { MAXIMUM_OPEN = 8, MAXIMUM_BUFFERS = 8, MAXIMUM_FORMATS = 5 };

enum buffer_state { IDLE, QUEUED, DRAWING, DONE };

// One opening of the camera.
struct handle {
  bool is_open, is_streaming, is_unplugged, has_hung, is_lost;
  int descriptor;  // what the program has
  int signal;      // the other end
  int memory_file;
  uint8_t *memory;
  char path[108];
  uint32_t formats[MAXIMUM_FORMATS], format_count;
  uint32_t pixel_format, width, height, rate, buffer_count, sequence;
  size_t buffer_size;
  enum buffer_state states[MAXIMUM_BUFFERS];
  struct v4l2_buffer done[MAXIMUM_BUFFERS];  // in the order of their numbers
  pthread_t thread;
};

static struct handle handles[MAXIMUM_OPEN];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// --- the functions of the C library behind ours

static int real_open(const char *path, int flags, mode_t mode) {
  static int (*function)(const char *, int, ...);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "open");
  return function(path, flags, mode);
}

static int real_close(int descriptor) {
  static int (*function)(int);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "close");
  return function(descriptor);
}

static int real_ioctl(int descriptor, unsigned long request, void *argument) {
  static int (*function)(int, unsigned long, ...);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "ioctl");
  return function(descriptor, request, argument);
}

static void *real_mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  static void *(*function)(void *, size_t, int, int, int, off_t);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "mmap");
  return function(address, length, protection, flags, descriptor, offset);
}

// --- the camera

static int failed(int error) {
  errno = error;
  return -1;
}

static const char *name_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static size_t read_text(const char *path, char *text, size_t limit) {
  int file = real_open(path, O_RDONLY | O_CLOEXEC, 0);
  ssize_t count = file < 0 ? 0 : read(file, text, limit - 1);
  if (file >= 0) real_close(file);
  text[count > 0 ? count : 0] = 0;
  return count > 0 ? (size_t)count : 0;
}

static char control_character(const char *path) {
  const char *folder = getenv("RIG_CAMERA_CONTROL");
  char file[256], text[2];
  if (!folder) return 0;
  snprintf(file, sizeof file, "%s/%s", folder, name_of(path));
  read_text(file, text, sizeof text);
  return text[0];
}

static struct handle *find(int descriptor) {
  for (int i = 0; i < MAXIMUM_OPEN; i++) {
    if (handles[i].is_open && handles[i].descriptor == descriptor) return &handles[i];
  }
  return NULL;
}

// A buffer to draw into, or -1. Called with the lock.
static int take_queued(struct handle *handle) {
  for (uint32_t i = 0; i < handle->buffer_count; i++) {
    if (handle->states[i] != QUEUED) continue;
    handle->states[i] = DRAWING;
    return (int)i;
  }
  return -1;
}

// Draws without the lock, so that nobody waits for it.
static void deliver(struct handle *handle, int index, char control, uint32_t sequence) {
  uint8_t *memory = handle->memory + (size_t)index * handle->buffer_size;
  uint32_t size = draw_picture(handle->pixel_format, handle->width, handle->height, sequence, memory);
  if (control == 'c' && handle->pixel_format == V4L2_PIX_FMT_MJPEG) size /= 2;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  pthread_mutex_lock(&lock);
  handle->done[index] = (struct v4l2_buffer){
      .index = (uint32_t)index,
      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
      .memory = V4L2_MEMORY_MMAP,
      .bytesused = size,
      .sequence = sequence,
      .timestamp = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000},
      .flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | (control == 'e' ? V4L2_BUF_FLAG_ERROR : 0),
  };
  handle->states[index] = write(handle->signal, "f", 1) == 1 ? DONE : QUEUED;
  pthread_mutex_unlock(&lock);
}

static void *film(void *argument) {
  struct handle *handle = argument;
  pthread_setname_np(pthread_self(), "rig camera");
  struct timespec due;
  clock_gettime(CLOCK_MONOTONIC, &due);
  for (;;) {
    due.tv_nsec += 1000000000 / handle->rate;
    if (due.tv_nsec >= 1000000000) {
      due.tv_nsec -= 1000000000;
      due.tv_sec++;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
    char control = control_character(handle->path);
    pthread_mutex_lock(&lock);
    bool is_over = !handle->is_streaming;
    int index = -1;
    uint32_t sequence = handle->sequence++;
    if (!is_over && control == 'u') {
      handle->is_unplugged = is_over = true;
      real_close(handle->signal);
      handle->signal = -1;
    } else if (!is_over && control == 'i') {
      handle->is_lost = is_over = true;
      // Waiting programs are woken, as by the error of a real queue.
      if (write(handle->signal, "f", 1) != 1) handle->is_lost = true;
    } else if (!is_over) {
      if (control == 'h') handle->has_hung = true;
      bool is_left_out = control == 's' || handle->has_hung || (control == 'd' && sequence % 2);
      if (!is_left_out) index = take_queued(handle);
    }
    pthread_mutex_unlock(&lock);
    if (is_over) return NULL;
    if (index >= 0) deliver(handle, index, control, sequence);
  }
}

static void stop_streaming(struct handle *handle) {
  pthread_mutex_lock(&lock);
  bool was_streaming = handle->is_streaming;
  handle->is_streaming = false;
  pthread_mutex_unlock(&lock);
  if (!was_streaming) return;
  pthread_join(handle->thread, NULL);
  char bytes[MAXIMUM_BUFFERS];
  while (recv(handle->descriptor, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
  }
  memset(handle->states, 0, sizeof handle->states);
  handle->has_hung = handle->is_lost = false;
  handle->sequence = 0;
}

static void free_buffers(struct handle *handle) {
  if (handle->memory) munmap(handle->memory, handle->buffer_size * handle->buffer_count);
  if (handle->memory_file >= 0) real_close(handle->memory_file);
  handle->memory = NULL;
  handle->memory_file = -1;
  handle->buffer_count = 0;
}

static bool has_format(const struct handle *handle, uint32_t pixel_format) {
  for (uint32_t i = 0; i < handle->format_count; i++) {
    if (handle->formats[i] == pixel_format) return true;
  }
  return false;
}

// What is delivered when this is asked for.
static void choose(const struct handle *handle, struct v4l2_pix_format *wanted) {
  if (!has_format(handle, wanted->pixelformat)) wanted->pixelformat = handle->formats[0];
  choose_size(wanted);
}

static void set_up(struct handle *handle, const char *path, const char *text) {
  strncpy(handle->path, path, sizeof handle->path - 1);
  for (; strlen(text) >= 4 && handle->format_count < MAXIMUM_FORMATS; text += text[4] ? 5 : 4) {
    handle->formats[handle->format_count++] =
        v4l2_fourcc((uint32_t)text[0], (uint32_t)text[1], (uint32_t)text[2], (uint32_t)text[3]);
  }
  struct v4l2_pix_format first = {.pixelformat = handle->formats[0], .width = 1280, .height = 720};
  choose(handle, &first);
  handle->pixel_format = first.pixelformat;
  handle->width = first.width;
  handle->height = first.height;
  handle->rate = MAXIMUM_RATE;
}

static int open_camera(const char *path, const char *text, int flags) {
  char control = control_character(path);
  if (control == 'u') return failed(ENODEV);
  if (control == 'p') return failed(EACCES);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) return -1;
  if (flags & O_NONBLOCK) fcntl(pair[0], F_SETFL, O_NONBLOCK);
  pthread_mutex_lock(&lock);
  for (int i = 0; i < MAXIMUM_OPEN; i++) {
    if (handles[i].is_open) continue;
    handles[i] = (struct handle){.is_open = true, .descriptor = pair[0], .signal = pair[1], .memory_file = -1};
    set_up(&handles[i], path, text);
    pthread_mutex_unlock(&lock);
    return pair[0];
  }
  pthread_mutex_unlock(&lock);
  real_close(pair[0]);
  real_close(pair[1]);
  return failed(EMFILE);
}

// --- the requests

static bool is_used_by_another(const struct handle *handle) {
  for (int i = 0; i < MAXIMUM_OPEN; i++) {
    if (!handles[i].is_open || &handles[i] == handle || strcmp(handles[i].path, handle->path)) continue;
    if (handles[i].buffer_count > 0) return true;
  }
  return control_character(handle->path) == 'b';
}

static int query_capabilities(const struct handle *handle, struct v4l2_capability *capability) {
  memset(capability, 0, sizeof *capability);
  strcpy((char *)capability->driver, "rig");
  strcpy((char *)capability->card, "Rig Camera");
  snprintf((char *)capability->bus_info, sizeof capability->bus_info, "platform:rig-%.16s", name_of(handle->path));
  capability->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  capability->capabilities = capability->device_caps | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

static int enumerate_formats(const struct handle *handle, struct v4l2_fmtdesc *format) {
  if (format->index >= handle->format_count) return failed(EINVAL);
  format->pixelformat = handle->formats[format->index];
  format->flags = format->pixelformat == V4L2_PIX_FMT_MJPEG ? V4L2_FMT_FLAG_COMPRESSED : 0;
  return 0;
}

static int enumerate_sizes(const struct handle *handle, struct v4l2_frmsizeenum *size) {
  return has_format(handle, size->pixel_format) && list_size(size) ? 0 : failed(EINVAL);
}

static int enumerate_intervals(const struct handle *handle, struct v4l2_frmivalenum *interval) {
  return has_format(handle, interval->pixel_format) && list_interval(interval) ? 0 : failed(EINVAL);
}

static int get_format(const struct handle *handle, struct v4l2_format *format) {
  format->fmt.pix.pixelformat = handle->pixel_format;
  format->fmt.pix.width = handle->width;
  format->fmt.pix.height = handle->height;
  choose(handle, &format->fmt.pix);
  return 0;
}

static int set_format(struct handle *handle, struct v4l2_format *format) {
  if (is_used_by_another(handle) || handle->buffer_count > 0) return failed(EBUSY);
  choose(handle, &format->fmt.pix);
  handle->pixel_format = format->fmt.pix.pixelformat;
  handle->width = format->fmt.pix.width;
  handle->height = format->fmt.pix.height;
  return 0;
}

static int set_rate(struct handle *handle, struct v4l2_fract *interval) {
  uint32_t wanted = interval->numerator ? (interval->denominator + interval->numerator / 2) / interval->numerator : 0;
  handle->rate = nearest_rate(handle->pixel_format, handle->width, handle->height, wanted);
  *interval = (struct v4l2_fract){.numerator = 1, .denominator = handle->rate};
  return 0;
}

static int request_buffers(struct handle *handle, struct v4l2_requestbuffers *request) {
  if (handle->is_streaming) return failed(EBUSY);
  free_buffers(handle);
  if (request->count == 0) return 0;
  if (is_used_by_another(handle)) return failed(EBUSY);
  if (request->count > MAXIMUM_BUFFERS) request->count = MAXIMUM_BUFFERS;
  handle->buffer_size = (picture_size(handle->pixel_format, handle->width, handle->height) + 4095) & ~(size_t)4095;
  size_t size = handle->buffer_size * request->count;
  handle->memory_file = memfd_create("rig-camera", MFD_CLOEXEC);
  if (handle->memory_file < 0 || ftruncate(handle->memory_file, (off_t)size)) return failed(ENOMEM);
  handle->memory = real_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, handle->memory_file, 0);
  handle->buffer_count = request->count;
  return 0;
}

static int query_buffer(const struct handle *handle, struct v4l2_buffer *buffer) {
  if (buffer->index >= handle->buffer_count) return failed(EINVAL);
  buffer->length = (uint32_t)handle->buffer_size;
  buffer->m.offset = (uint32_t)(buffer->index * handle->buffer_size);
  return 0;
}

static int queue_buffer(struct handle *handle, const struct v4l2_buffer *buffer) {
  if (buffer->index >= handle->buffer_count || handle->states[buffer->index] != IDLE) return failed(EINVAL);
  handle->states[buffer->index] = QUEUED;
  return 0;
}

static int dequeue_buffer(struct handle *handle, struct v4l2_buffer *buffer) {
  char byte;
  if (!handle->is_streaming) return failed(EINVAL);
  if (handle->is_lost) return failed(EIO);
  ssize_t count = recv(handle->descriptor, &byte, 1, MSG_DONTWAIT);
  if (count < 0) return failed(EAGAIN);
  int oldest = -1;
  for (uint32_t i = 0; i < handle->buffer_count; i++) {
    if (handle->states[i] != DONE) continue;
    if (oldest < 0 || handle->done[i].sequence < handle->done[oldest].sequence) oldest = (int)i;
  }
  if (count == 0 || oldest < 0) return failed(ENODEV);
  handle->states[oldest] = IDLE;
  *buffer = handle->done[oldest];
  return 0;
}

static int start_streaming(struct handle *handle) {
  if (handle->buffer_count == 0) return failed(EINVAL);
  if (handle->is_streaming) return 0;
  handle->is_streaming = true;
  return pthread_create(&handle->thread, NULL, film, handle) ? failed(ENOMEM) : 0;
}

static int answer(struct handle *handle, unsigned long request, void *argument) {
  if (handle->is_unplugged) return failed(ENODEV);
  switch (request) {
    case VIDIOC_QUERYCAP: return query_capabilities(handle, argument);
    case VIDIOC_ENUM_FMT: return enumerate_formats(handle, argument);
    case VIDIOC_ENUM_FRAMESIZES: return enumerate_sizes(handle, argument);
    case VIDIOC_ENUM_FRAMEINTERVALS: return enumerate_intervals(handle, argument);
    case VIDIOC_G_FMT: return get_format(handle, argument);
    case VIDIOC_TRY_FMT: choose(handle, &((struct v4l2_format *)argument)->fmt.pix); return 0;
    case VIDIOC_S_FMT: return set_format(handle, argument);
    case VIDIOC_S_PARM: return set_rate(handle, &((struct v4l2_streamparm *)argument)->parm.capture.timeperframe);
    case VIDIOC_REQBUFS: return request_buffers(handle, argument);
    case VIDIOC_QUERYBUF: return query_buffer(handle, argument);
    case VIDIOC_QBUF: return queue_buffer(handle, argument);
    case VIDIOC_DQBUF: return dequeue_buffer(handle, argument);
    case VIDIOC_STREAMON: return start_streaming(handle);
    default: return failed(ENOTTY);
  }
}

// --- what the program calls

// The formats of a camera; `false` for any other file.
static bool read_camera(const char *path, char *text, size_t limit) {
  const char *folder = getenv("RIG_CAMERAS");
  size_t length = folder ? strlen(folder) : 0;
  if (!folder || !path || strncmp(path, folder, length) || strncmp(path + length, "/video", 6)) return false;
  return read_text(path, text, limit) >= 4;
}

static int open_any(const char *path, int flags, mode_t mode) {
  char text[64];
  return read_camera(path, text, sizeof text) ? open_camera(path, text, flags) : real_open(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  // Who writes the file makes the camera.
  return flags & O_CREAT ? real_open(path, flags, mode) : open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return flags & O_CREAT ? real_open(path, flags | O_LARGEFILE, mode) : open_any(path, flags | O_LARGEFILE, mode);
}

int close(int descriptor) {
  pthread_mutex_lock(&lock);
  struct handle *handle = find(descriptor);
  pthread_mutex_unlock(&lock);
  if (handle) {
    stop_streaming(handle);
    free_buffers(handle);
    if (handle->signal >= 0) real_close(handle->signal);
    handle->is_open = false;
  }
  return real_close(descriptor);
}

int ioctl(int descriptor, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  pthread_mutex_lock(&lock);
  struct handle *handle = find(descriptor);
  if (handle && request == VIDIOC_STREAMOFF) {
    pthread_mutex_unlock(&lock);
    stop_streaming(handle);
    return 0;
  }
  int result = handle ? answer(handle, request, argument) : 0;
  pthread_mutex_unlock(&lock);
  return handle ? result : real_ioctl(descriptor, request, argument);
}

static void *map(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  struct handle *handle = descriptor >= 0 ? find(descriptor) : NULL;
  if (handle) descriptor = handle->memory_file;
  return real_mmap(address, length, protection, flags, descriptor, offset);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  return map(address, length, protection, flags, descriptor, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
  return map(address, length, protection, flags, descriptor, offset);
}
