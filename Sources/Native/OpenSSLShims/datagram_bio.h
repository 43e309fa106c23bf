#pragma once

#include <openssl/bio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The two ends of a BIO that keeps datagrams apart: OpenSSL's memory BIO would join them.

#define RTC_OUTPUT_DATAGRAMS 64

typedef struct {
  size_t maximum_size;
  // Borrowed for the length of one call.
  const uint8_t *input;
  size_t input_count;
  // The datagrams to send lie end to end; their sizes form a ring.
  uint8_t *output;
  size_t output_start;
  size_t output_end;
  size_t output_capacity;
  uint16_t sizes[RTC_OUTPUT_DATAGRAMS];
  size_t first;
  size_t count;
} rtc_datagrams;

BIO *rtc_datagram_bio_new(rtc_datagrams *datagrams);
void rtc_datagrams_take(rtc_datagrams *datagrams, void *buffer);
void rtc_datagrams_release(rtc_datagrams *datagrams);
