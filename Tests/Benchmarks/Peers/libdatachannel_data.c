// Data channels of libdatachannel between two of its connections in this process, by its C interface.
// usage: libdatachannel_data LIBRARY MEGABYTES ROUND-TRIPS
// Prints a line of JSON: megabytes per second of CPU time and of real time, and the median round trip of 64 bytes in microseconds.
#include <dlfcn.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_SIZE 16384
#define PING_SIZE 64
#define HIGH_WATER (1 << 20)

// The beginning of its configuration; zeroes stand for the defaults of what follows.
struct configuration {
  const char **servers;
  int server_count;
  const char *proxy;
  const char *bind_address;
  char rest[256];
};

static int (*create_connection)(const struct configuration *);
static int (*set_description)(int, const char *, const char *);
static int (*add_candidate)(int, const char *, const char *);
static int (*create_channel)(int, const char *);
static int (*on_description)(int, void (*)(int, const char *, const char *, void *));
static int (*on_candidate)(int, void (*)(int, const char *, const char *, void *));
static int (*on_channel)(int, void (*)(int, int, void *));
static int (*on_open)(int, void (*)(int, void *));
static int (*on_message)(int, void (*)(int, const char *, int, void *));
static int (*on_low)(int, void (*)(int, void *));
static int (*set_low)(int, int);
static int (*buffered)(int);
static int (*send_message)(int, const char *, int);
static void (*set_logger)(int, void *);

static int caller, callee, near_channel, far_channel;
static sem_t opened, arrived, low, answered;
static atomic_long received;
static long expected;

static int other(int connection) { return connection == caller ? callee : caller; }

static void described(int id, const char *sdp, const char *type, void *user) { set_description(other(id), sdp, type); }
static void gathered(int id, const char *candidate, const char *mid, void *user) { add_candidate(other(id), candidate, mid); }
static void has_opened(int id, void *user) { sem_post(&opened); }
static void has_room(int id, void *user) { sem_post(&low); }

static void far_message(int id, const char *bytes, int size, void *user) {
  if (size == PING_SIZE) {
    send_message(id, bytes, size);
  } else if (atomic_fetch_add(&received, 1) + 1 == expected) {
    sem_post(&arrived);
  }
}

static void near_message(int id, const char *bytes, int size, void *user) { sem_post(&answered); }

static void has_channel(int connection, int channel, void *user) {
  far_channel = channel;
  on_message(channel, far_message);
  sem_post(&opened);
}

static double seconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return left < right ? -1 : left > right;
}

static void transfer(long count) {
  static char message[MESSAGE_SIZE];
  atomic_store(&received, 0);
  expected = count;
  for (long sent = 0; sent < count; sent++) {
    while (buffered(near_channel) > HIGH_WATER) sem_wait(&low);
    send_message(near_channel, message, MESSAGE_SIZE);
  }
  sem_wait(&arrived);
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  void *library = dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
#define FIND(variable, name) *(void **)&variable = dlsym(library, name); if (variable == NULL) return fprintf(stderr, "no %s\n", name), 1
  FIND(create_connection, "rtcCreatePeerConnection");
  FIND(set_description, "rtcSetRemoteDescription");
  FIND(add_candidate, "rtcAddRemoteCandidate");
  FIND(create_channel, "rtcCreateDataChannel");
  FIND(on_description, "rtcSetLocalDescriptionCallback");
  FIND(on_candidate, "rtcSetLocalCandidateCallback");
  FIND(on_channel, "rtcSetDataChannelCallback");
  FIND(on_open, "rtcSetOpenCallback");
  FIND(on_message, "rtcSetMessageCallback");
  FIND(on_low, "rtcSetBufferedAmountLowCallback");
  FIND(set_low, "rtcSetBufferedAmountLowThreshold");
  FIND(buffered, "rtcGetBufferedAmount");
  FIND(send_message, "rtcSendMessage");
  FIND(set_logger, "rtcInitLogger");
  set_logger(0, NULL);
  sem_init(&opened, 0, 0), sem_init(&arrived, 0, 0), sem_init(&low, 0, 0), sem_init(&answered, 0, 0);

  struct configuration configuration = {.bind_address = "127.0.0.1"};
  caller = create_connection(&configuration);
  callee = create_connection(&configuration);
  int connections[] = {caller, callee};
  for (int index = 0; index < 2; index++) {
    on_description(connections[index], described);
    on_candidate(connections[index], gathered);
  }
  on_channel(callee, has_channel);
  near_channel = create_channel(caller, "bench");
  on_open(near_channel, has_opened);
  on_message(near_channel, near_message);
  on_low(near_channel, has_room);
  set_low(near_channel, HIGH_WATER / 2);
  sem_wait(&opened), sem_wait(&opened);

  long messages = atol(arguments[2]) * 1000000 / MESSAGE_SIZE;
  transfer(messages / 8);
  double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  transfer(messages);
  double megabytes = (double)messages * MESSAGE_SIZE / 1e6;
  double per_cpu = megabytes / (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  double per_second = megabytes / (seconds(CLOCK_MONOTONIC) - began);

  int trips = atoi(arguments[3]);
  double *times = calloc((size_t)trips, sizeof(double));
  char ping[PING_SIZE] = {0};
  for (int trip = 0; trip < trips; trip++) {
    double sent = seconds(CLOCK_MONOTONIC);
    send_message(near_channel, ping, PING_SIZE);
    sem_wait(&answered);
    times[trip] = (seconds(CLOCK_MONOTONIC) - sent) * 1e6;
  }
  qsort(times, (size_t)trips, sizeof(double), compare);
  printf("{\"per_cpu_second\": %.2f, \"per_second\": %.2f, \"round_trip\": %.1f}\n", per_cpu, per_second, times[trips / 2]);
  fflush(stdout);
  _exit(0);
}
