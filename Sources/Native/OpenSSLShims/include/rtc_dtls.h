#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One DTLS association whose datagrams lie in a buffer: nothing here touches a socket or calls back.
//
// A call takes at most one datagram (rtc_dtls_set_input) and leaves any number in the output, which the caller drains.
// An association belongs to one thread at a time; a context may be shared by all.

typedef struct rtc_dtls_context rtc_dtls_context;
typedef struct rtc_dtls rtc_dtls;

typedef enum {
  // Nothing more to do until a datagram or the timer.
  RTC_DTLS_WAITING,
  RTC_DTLS_DONE,
  // The peer sent close_notify.
  RTC_DTLS_CLOSED,
  RTC_DTLS_FAILED,
} rtc_dtls_result;

typedef struct {
  bool is_server;
  // Largest datagram in bytes.
  size_t maximum_datagram_size;
  uint32_t first_retransmission_microseconds;
} rtc_dtls_options;

// What ended an association; alert numbers are -1 where there was none.
typedef struct {
  bool fingerprint_mismatch;
  bool timed_out;
  int received_alert;
  int sent_alert;
} rtc_dtls_failure;

rtc_dtls_context *_Nullable rtc_dtls_context_new(const uint8_t *_Nonnull certificate, size_t certificate_count,
                                                 const uint8_t *_Nonnull private_key, size_t private_key_count);
void rtc_dtls_context_free(rtc_dtls_context *_Nullable context);

// `srtp_profiles`: OpenSSL's names in order of preference with colons between; empty for none.
rtc_dtls *_Nullable rtc_dtls_new(rtc_dtls_context *_Nonnull context, const rtc_dtls_options *_Nonnull options,
                                 const char *_Nonnull srtp_profiles);
void rtc_dtls_free(rtc_dtls *_Nullable dtls);

// Accepts a peer certificate with this digest. All digests of one association use one hash, given by OpenSSL's name.
// `false` when there are too many, or the digest's length is not the hash's.
bool rtc_dtls_expect_fingerprint(rtc_dtls *_Nonnull dtls, const char *_Nonnull hash_name, const uint8_t *_Nonnull digest,
                                 size_t count);

// Lends one datagram to the calls that follow; NULL ends the loan.
void rtc_dtls_set_input(rtc_dtls *_Nonnull dtls, const void *_Nullable bytes, size_t count);

rtc_dtls_result rtc_dtls_handshake(rtc_dtls *_Nonnull dtls);
// DONE with the bytes of one record, or why there is none.
rtc_dtls_result rtc_dtls_read(rtc_dtls *_Nonnull dtls, void *_Nonnull buffer, size_t capacity, size_t *_Nonnull count);
// Whether something of the datagram is left to read.
bool rtc_dtls_has_more(const rtc_dtls *_Nonnull dtls);
bool rtc_dtls_write(rtc_dtls *_Nonnull dtls, const void *_Nonnull bytes, size_t count);
// Most application bytes that fit one datagram.
size_t rtc_dtls_maximum_write(rtc_dtls *_Nonnull dtls);
void rtc_dtls_close(rtc_dtls *_Nonnull dtls);

// Time until the flight on its way is due again, by OpenSSL's own look at the wall clock; `false` when there is none.
bool rtc_dtls_time_left(rtc_dtls *_Nonnull dtls, int64_t *_Nonnull microseconds);
// How long the flight on its way waits between two transmissions.
uint32_t rtc_dtls_retransmission_interval(const rtc_dtls *_Nonnull dtls);
// Sends the flight again if OpenSSL agrees that it is due. `false` when that ended the association.
bool rtc_dtls_handle_timeout(rtc_dtls *_Nonnull dtls);

// Bytes of the next datagram to send; 0 when there is none.
size_t rtc_dtls_next_datagram_size(const rtc_dtls *_Nonnull dtls);
// Copies it out and removes it.
void rtc_dtls_take_datagram(rtc_dtls *_Nonnull dtls, void *_Nonnull buffer);

rtc_dtls_failure rtc_dtls_last_failure(const rtc_dtls *_Nonnull dtls);

// After DONE. A peer certificate was received and matched an expected fingerprint.
bool rtc_dtls_peer_verified(const rtc_dtls *_Nonnull dtls);
// The certificate's DER; `NULL` with the size asked first.
size_t rtc_dtls_peer_certificate(rtc_dtls *_Nonnull dtls, uint8_t *_Nullable output);
// The IANA number of the negotiated SRTP profile; 0 for none.
uint16_t rtc_dtls_srtp_profile(rtc_dtls *_Nonnull dtls);
// RFC 5705 exporter without context.
bool rtc_dtls_export(rtc_dtls *_Nonnull dtls, const char *_Nonnull label, uint8_t *_Nonnull output, size_t count);
uint16_t rtc_dtls_version(rtc_dtls *_Nonnull dtls);
// Static strings, or NULL.
const char *_Nullable rtc_dtls_cipher_suite(rtc_dtls *_Nonnull dtls);
const char *_Nullable rtc_dtls_group(rtc_dtls *_Nonnull dtls);
bool rtc_dtls_has_extended_master_secret(rtc_dtls *_Nonnull dtls);
