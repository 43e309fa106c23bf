#include "datagram_bio.h"

#include <openssl/ssl3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Up to this much storage is kept between flights; what a larger flight needed is given back once it is sent.
#define KEPT_CAPACITY 2048

#define RECORD_HEADER 13

static int read_datagram(BIO *bio, char *buffer, int capacity) {
  rtc_datagrams *datagrams = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (buffer == NULL || capacity <= 0) return 0;
  if (datagrams->input == NULL) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // One read takes one datagram; like a socket it cuts what does not fit.
  size_t count = datagrams->input_count < (size_t)capacity ? datagrams->input_count : (size_t)capacity;
  memcpy(buffer, datagrams->input, count);
  datagrams->input = NULL;
  datagrams->input_count = 0;
  return (int)count;
}

static bool make_room(rtc_datagrams *datagrams, size_t count) {
  if (datagrams->count == 0) datagrams->output_start = datagrams->output_end = 0;
  size_t needed = datagrams->output_end + count;
  if (needed <= datagrams->output_capacity) return true;
  size_t capacity = needed < KEPT_CAPACITY ? KEPT_CAPACITY : needed * 2;
  uint8_t *grown = realloc(datagrams->output, capacity);
  if (grown == NULL) return false;
  datagrams->output = grown;
  datagrams->output_capacity = capacity;
  return true;
}

static bool belongs_to_flight(uint8_t content_type) {
  return content_type == SSL3_RT_HANDSHAKE || content_type == SSL3_RT_CHANGE_CIPHER_SPEC;
}

// OpenSSL repeats a flight with one write per message. Joined, the flight gets through a lossy path far more often.
static bool join_last(rtc_datagrams *datagrams, const uint8_t *bytes, size_t count) {
  if (datagrams->count == 0) return false;
  uint16_t *size = &datagrams->sizes[(datagrams->first + datagrams->count - 1) % RTC_OUTPUT_DATAGRAMS];
  const uint8_t *last = datagrams->output + datagrams->output_end - *size;
  if (*size + count > datagrams->maximum_size || !belongs_to_flight(last[0]) || !belongs_to_flight(bytes[0])) return false;
  if (!make_room(datagrams, count)) return false;
  memcpy(datagrams->output + datagrams->output_end, bytes, count);
  datagrams->output_end += count;
  *size = (uint16_t)(*size + count);
  return true;
}

static void append(rtc_datagrams *datagrams, const uint8_t *bytes, size_t count) {
  if (join_last(datagrams, bytes, count)) return;
  // What finds no room is lost, as it would be on the wire: DTLS repeats what matters.
  if (count > UINT16_MAX || datagrams->count == RTC_OUTPUT_DATAGRAMS || !make_room(datagrams, count)) return;
  memcpy(datagrams->output + datagrams->output_end, bytes, count);
  datagrams->output_end += count;
  datagrams->sizes[(datagrams->first + datagrams->count) % RTC_OUTPUT_DATAGRAMS] = (uint16_t)count;
  datagrams->count += 1;
}

// The length of the records at the start of `bytes` that fit `limit`; at least one record.
static size_t records_within(const uint8_t *bytes, size_t count, size_t limit) {
  size_t length = 0;
  while (length + RECORD_HEADER <= count) {
    const uint8_t *header = bytes + length;
    size_t record = RECORD_HEADER + ((size_t)header[RECORD_HEADER - 2] << 8 | header[RECORD_HEADER - 1]);
    if (length + record > count || (length > 0 && length + record > limit)) break;
    length += record;
  }
  return length > 0 ? length : count;
}

static int write_datagram(BIO *bio, const char *bytes, int count) {
  rtc_datagrams *datagrams = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (bytes == NULL || count <= 0) return 0;
  // When OpenSSL adds the Finished message to a datagram it forgets the nonce and tag of AEAD ciphers, 24 bytes:
  // what exceeds the limit is cut between records.
  const uint8_t *start = (const uint8_t *)bytes;
  size_t left = (size_t)count;
  while (left > datagrams->maximum_size) {
    size_t length = records_within(start, left, datagrams->maximum_size);
    append(datagrams, start, length);
    start += length;
    left -= length;
  }
  if (left > 0) append(datagrams, start, left);
  return count;
}

static long control_datagrams(BIO *bio, int command, long number, void *pointer) {
  (void)number, (void)pointer;
  rtc_datagrams *datagrams = BIO_get_data(bio);
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP: return 1;
    case BIO_CTRL_PENDING: return (long)datagrams->input_count;
    // The size limit is the datagram's; no header is to be taken off.
    default: return 0;
  }
}

static int create(BIO *bio) {
  BIO_set_init(bio, 1);
  return 1;
}

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void) {
  BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
  if (made == NULL) return;
  if (BIO_meth_set_create(made, create) && BIO_meth_set_read(made, read_datagram) &&
      BIO_meth_set_write(made, write_datagram) && BIO_meth_set_ctrl(made, control_datagrams)) {
    method = made;
  } else {
    BIO_meth_free(made);
  }
}

BIO *rtc_datagram_bio_new(rtc_datagrams *datagrams) {
  pthread_once(&method_once, make_method);
  BIO *bio = method != NULL ? BIO_new(method) : NULL;
  if (bio != NULL) BIO_set_data(bio, datagrams);
  return bio;
}

void rtc_datagrams_take(rtc_datagrams *datagrams, void *buffer) {
  if (datagrams->count == 0) return;
  size_t count = datagrams->sizes[datagrams->first];
  memcpy(buffer, datagrams->output + datagrams->output_start, count);
  datagrams->output_start += count;
  datagrams->first = (datagrams->first + 1) % RTC_OUTPUT_DATAGRAMS;
  datagrams->count -= 1;
  if (datagrams->count == 0 && datagrams->output_capacity > KEPT_CAPACITY) rtc_datagrams_release(datagrams);
}

void rtc_datagrams_release(rtc_datagrams *datagrams) {
  free(datagrams->output);
  datagrams->output = NULL;
  datagrams->output_capacity = datagrams->output_start = datagrams->output_end = 0;
  datagrams->count = 0;
}
