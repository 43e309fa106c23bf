#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The digest by OpenSSL's name (`SHA256`); returns its length, or 0 for an unknown name. `output` has room for 64 bytes.
size_t rtc_digest(const char *_Nonnull name, const void *_Nullable bytes, size_t count, uint8_t *_Nonnull output);

// SHA-256 over bytes that come piece by piece.
typedef struct rtc_sha256 rtc_sha256;

rtc_sha256 *_Nullable rtc_sha256_new(void);
void rtc_sha256_free(rtc_sha256 *_Nullable hash);
bool rtc_sha256_update(rtc_sha256 *_Nonnull hash, const void *_Nullable bytes, size_t count);

// Writes the 32 bytes of the digest, and begins anew.
bool rtc_sha256_finish(rtc_sha256 *_Nonnull hash, uint8_t *_Nonnull output);

// HMAC-SHA1 under one key, which is scheduled once.
typedef struct rtc_hmac rtc_hmac;

rtc_hmac *_Nullable rtc_hmac_new(const void *_Nullable key, size_t count);
void rtc_hmac_free(rtc_hmac *_Nullable hmac);

// Writes the 20 bytes of the code over `first` followed by `second`.
bool rtc_hmac_compute(rtc_hmac *_Nonnull hmac, const void *_Nullable first, size_t first_count,
                      const void *_Nullable second, size_t second_count, uint8_t *_Nonnull output);
