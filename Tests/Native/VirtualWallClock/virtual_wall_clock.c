#include "virtual_wall_clock.h"

#include <stdbool.h>
#include <sys/time.h>
#include <time.h>

static _Thread_local bool is_virtual;
static _Thread_local int64_t virtual_microseconds;

void virtual_wall_clock_set(int64_t microseconds) {
  is_virtual = true;
  virtual_microseconds = microseconds;
}

void virtual_wall_clock_clear(void) { is_virtual = false; }

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  (void)zone;
  if (is_virtual) {
    value->tv_sec = virtual_microseconds / 1000000;
    value->tv_usec = virtual_microseconds % 1000000;
    return 0;
  }
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  value->tv_sec = now.tv_sec;
  value->tv_usec = now.tv_nsec / 1000;
  return 0;
}
