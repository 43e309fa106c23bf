#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Certificates and private keys. Every function may be called from any thread.

typedef enum {
  RTC_KEY_ECDSA_P256,
  RTC_KEY_RSA_2048,
} rtc_key_kind;

// Bytes that a function here allocated; give them back with rtc_bytes_free.
typedef struct {
  uint8_t *_Nullable data;
  size_t count;
} rtc_bytes;

void rtc_bytes_free(rtc_bytes bytes);

// Makes a key and a self-signed certificate valid from `not_before` to `not_after` (seconds since 1970), both as DER.
bool rtc_certificate_generate(rtc_key_kind kind, int64_t not_before, int64_t not_after, rtc_bytes *_Nonnull certificate,
                              rtc_bytes *_Nonnull private_key);

// Reads the first certificate and the first private key of a PEM text. `false` when one is missing, unreadable or
// encrypted, or when they do not belong together.
bool rtc_certificate_from_pem(const uint8_t *_Nonnull pem, size_t count, rtc_bytes *_Nonnull certificate,
                              rtc_bytes *_Nonnull private_key);

// The private key (PKCS #8, not encrypted) followed by the certificate.
bool rtc_certificate_to_pem(const uint8_t *_Nonnull certificate, size_t certificate_count,
                            const uint8_t *_Nonnull private_key, size_t private_key_count, rtc_bytes *_Nonnull pem);

// Seconds since 1970; `false` when the certificate or its time cannot be read.
bool rtc_certificate_expiry(const uint8_t *_Nonnull certificate, size_t count, int64_t *_Nonnull not_after);

// The reason for the last failure on this thread, from OpenSSL's error queue, which it empties.
void rtc_last_error(char *_Nonnull text, size_t capacity);
