#include "rtc_certificate.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

void rtc_bytes_free(rtc_bytes bytes) { OPENSSL_clear_free(bytes.data, bytes.count); }

void rtc_last_error(char *text, size_t capacity) {
  if (capacity == 0) return;
  unsigned long error = ERR_peek_last_error();
  if (error == 0) {
    text[0] = 0;
  } else {
    ERR_error_string_n(error, text, capacity);
  }
  ERR_clear_error();
}

static bool encode_certificate(X509 *certificate, rtc_bytes *output) {
  int count = i2d_X509(certificate, &output->data);
  output->count = count > 0 ? (size_t)count : 0;
  return count > 0;
}

static bool encode_private_key(EVP_PKEY *key, rtc_bytes *output) {
  int count = i2d_PrivateKey(key, &output->data);
  output->count = count > 0 ? (size_t)count : 0;
  return count > 0;
}

// Both or neither: what was written is freed on failure.
static bool encode_pair(X509 *certificate, EVP_PKEY *key, rtc_bytes *certificate_output, rtc_bytes *key_output) {
  *certificate_output = (rtc_bytes){0};
  *key_output = (rtc_bytes){0};
  if (encode_certificate(certificate, certificate_output) && encode_private_key(key, key_output)) return true;
  rtc_bytes_free(*certificate_output);
  *certificate_output = (rtc_bytes){0};
  return false;
}

static bool set_random_serial(X509 *certificate) {
  // RFC 5280 §4.1.2.2: positive and at most 20 octets.
  BIGNUM *number = BN_new();
  bool done = number != NULL && BN_rand(number, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
  BN_free(number);
  return done;
}

bool rtc_certificate_generate(rtc_key_kind kind, int64_t not_before, int64_t not_after, rtc_bytes *certificate,
                              rtc_bytes *private_key) {
  ERR_clear_error();
  EVP_PKEY *key = kind == RTC_KEY_RSA_2048 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
  X509 *x509 = X509_new();
  bool done = false;
  // The name says nothing about this endpoint: certificates must not become a way to recognise it (RFC 8827 §6.5).
  X509_NAME *name = x509 != NULL ? X509_get_subject_name(x509) : NULL;
  if (key != NULL && name != NULL && X509_set_version(x509, X509_VERSION_3) && set_random_serial(x509) &&
      ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)not_before) != NULL &&
      ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)not_after) != NULL &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"WebRTC", -1, -1, 0) &&
      X509_set_issuer_name(x509, name) && X509_set_pubkey(x509, key) && X509_sign(x509, key, EVP_sha256()) > 0) {
    done = encode_pair(x509, key, certificate, private_key);
  }
  X509_free(x509);
  EVP_PKEY_free(key);
  return done;
}

// Refuses every pass phrase, where OpenSSL would ask for one on the terminal.
static int no_pass_phrase(char *buffer, int size, int is_write, void *user) {
  (void)buffer, (void)size, (void)is_write, (void)user;
  return -1;
}

bool rtc_certificate_from_pem(const uint8_t *pem, size_t count, rtc_bytes *certificate, rtc_bytes *private_key) {
  ERR_clear_error();
  if (count > INT_MAX) return false;
  // Each reader skips the blocks of other kinds, so either order will do.
  BIO *first = BIO_new_mem_buf(pem, (int)count);
  BIO *second = BIO_new_mem_buf(pem, (int)count);
  X509 *x509 = first != NULL ? PEM_read_bio_X509(first, NULL, no_pass_phrase, NULL) : NULL;
  EVP_PKEY *key = second != NULL ? PEM_read_bio_PrivateKey(second, NULL, no_pass_phrase, NULL) : NULL;
  bool done = x509 != NULL && key != NULL && X509_check_private_key(x509, key) == 1 &&
              encode_pair(x509, key, certificate, private_key);
  X509_free(x509);
  EVP_PKEY_free(key);
  BIO_free(first);
  BIO_free(second);
  return done;
}

bool rtc_certificate_to_pem(const uint8_t *certificate, size_t certificate_count, const uint8_t *private_key,
                            size_t private_key_count, rtc_bytes *pem) {
  ERR_clear_error();
  *pem = (rtc_bytes){0};
  const uint8_t *certificate_cursor = certificate, *key_cursor = private_key;
  X509 *x509 = d2i_X509(NULL, &certificate_cursor, (long)certificate_count);
  EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &key_cursor, (long)private_key_count);
  BIO *output = BIO_new(BIO_s_mem());
  bool done = false;
  if (x509 != NULL && key != NULL && output != NULL &&
      PEM_write_bio_PKCS8PrivateKey(output, key, NULL, NULL, 0, NULL, NULL) && PEM_write_bio_X509(output, x509)) {
    char *text = NULL;
    long count = BIO_get_mem_data(output, &text);
    pem->data = count > 0 ? OPENSSL_memdup(text, (size_t)count) : NULL;
    pem->count = pem->data != NULL ? (size_t)count : 0;
    done = pem->data != NULL;
  }
  X509_free(x509);
  EVP_PKEY_free(key);
  BIO_free(output);
  return done;
}

bool rtc_certificate_expiry(const uint8_t *certificate, size_t count, int64_t *not_after) {
  ERR_clear_error();
  const uint8_t *cursor = certificate;
  X509 *x509 = d2i_X509(NULL, &cursor, (long)count);
  struct tm fields;
  bool done = x509 != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(x509), &fields) == 1;
  if (done) *not_after = (int64_t)timegm(&fields);
  X509_free(x509);
  return done;
}
