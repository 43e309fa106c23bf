// Preloaded into a program, steps its wall clock: every RIG_CLOCK_PERIOD milliseconds (70 without it) it is right, an hour ahead, an hour
// behind, and so on. The monotonic clocks are the system's. How often the program was told a wrong time goes to the file RIG_CLOCK_COUNT
// at its end.

#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long count;

static int clock_of_system(clockid_t clock, struct timespec *value) { return (int)syscall(SYS_clock_gettime, clock, value); }

static time_t offset(void) {
  static atomic_long period;
  long milliseconds = atomic_load(&period);
  if (milliseconds == 0) {
    const char *text = getenv("RIG_CLOCK_PERIOD");
    milliseconds = text ? atol(text) : 70;
    if (milliseconds < 1) milliseconds = 1;
    atomic_store(&period, milliseconds);
  }
  struct timespec now;
  clock_of_system(CLOCK_MONOTONIC, &now);
  static const time_t offsets[] = {0, 3600, -3600};
  const time_t result = offsets[(now.tv_sec * 1000 + now.tv_nsec / 1000000) / milliseconds % 3];
  if (result != 0) atomic_fetch_add(&count, 1);
  return result;
}

int clock_gettime(clockid_t clock, struct timespec *value) {
  const int result = clock_of_system(clock, value);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) value->tv_sec += offset();
  return result;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  value->tv_sec = now.tv_sec;
  value->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *value) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (value) *value = now.tv_sec;
  return now.tv_sec;
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("RIG_CLOCK_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&count));
  fclose(file);
}
