#include "rtc_dtls.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "datagram_bio.h"

#define MAXIMUM_FINGERPRINTS 16
// OpenSSL gives up after 12 repetitions of a flight: with this limit, close to 30 seconds.
#define LONGEST_RETRANSMISSION_MICROSECONDS 3200000

struct rtc_dtls {
  SSL *ssl;
  rtc_datagrams datagrams;
  uint32_t first_retransmission;
  uint32_t current_retransmission;
  const EVP_MD *hash;
  size_t fingerprint_count;
  uint8_t fingerprints[MAXIMUM_FINGERPRINTS][EVP_MAX_MD_SIZE];
  bool peer_verified;
  rtc_dtls_failure failure;
};

// The only check of a certificate is its fingerprint (RFC 8827 §6.5): names, dates and chains mean nothing here.
static int verify_certificate(X509_STORE_CTX *store, void *user) {
  (void)user;
  SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  X509 *certificate = X509_STORE_CTX_get0_cert(store);
  rtc_dtls *dtls = ssl != NULL ? SSL_get_app_data(ssl) : NULL;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int count = 0;
  if (dtls != NULL && dtls->hash != NULL && certificate != NULL &&
      X509_digest(certificate, dtls->hash, digest, &count) == 1) {
    // Every fingerprint is compared whole, so that the time taken says nothing about how much of one matched.
    int matches = 0;
    for (size_t index = 0; index < dtls->fingerprint_count; index++) {
      matches |= CRYPTO_memcmp(dtls->fingerprints[index], digest, count) == 0;
    }
    if (matches) {
      dtls->peer_verified = true;
      X509_STORE_CTX_set_error(store, X509_V_OK);
      return 1;
    }
  }
  if (dtls != NULL) dtls->failure.fingerprint_mismatch = true;
  // Becomes the alert bad_certificate, which RFC 8122 §6.2 asks for.
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

static void note_alert(const SSL *ssl, int where, int value) {
  rtc_dtls *dtls = SSL_get_app_data(ssl);
  if (dtls == NULL || (where & SSL_CB_ALERT) == 0) return;
  int level = value >> 8, description = value & 0xFF;
  if (level != SSL3_AL_FATAL) return;
  if (where & SSL_CB_READ) {
    dtls->failure.received_alert = description;
  } else {
    dtls->failure.sent_alert = description;
  }
}

static unsigned int next_retransmission(SSL *ssl, unsigned int current) {
  rtc_dtls *dtls = SSL_get_app_data(ssl);
  if (dtls == NULL) return 1000000;
  unsigned int next = current == 0 ? dtls->first_retransmission : current * 2;
  if (next > LONGEST_RETRANSMISSION_MICROSECONDS) next = LONGEST_RETRANSMISSION_MICROSECONDS;
  dtls->current_retransmission = next;
  return next;
}

rtc_dtls_context *rtc_dtls_context_new(const uint8_t *certificate, size_t certificate_count, const uint8_t *private_key,
                                       size_t private_key_count) {
  ERR_clear_error();
  if (certificate_count > INT_MAX || private_key_count > LONG_MAX) return NULL;
  const unsigned char *cursor = private_key;
  EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &cursor, (long)private_key_count);
  SSL_CTX *context = SSL_CTX_new(DTLS_method());
  if (context == NULL || key == NULL) goto failed;

  // Security level 2 refuses keys under 112 bits and signatures made with SHA-1.
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_cert_verify_callback(context, verify_certificate, NULL);
  SSL_CTX_set_info_callback(context, note_alert);
  if (!SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) ||
      !SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                                        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384") ||
      !SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") ||
      !SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA384:"
                                          "RSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA512:RSA+SHA512") ||
      !SSL_CTX_use_certificate_ASN1(context, (int)certificate_count, certificate) ||
      !SSL_CTX_use_PrivateKey(context, key) || !SSL_CTX_check_private_key(context)) {
    goto failed;
  }
  EVP_PKEY_free(key);
  return (rtc_dtls_context *)context;

failed:
  EVP_PKEY_free(key);
  SSL_CTX_free(context);
  return NULL;
}

void rtc_dtls_context_free(rtc_dtls_context *context) { SSL_CTX_free((SSL_CTX *)context); }

rtc_dtls *rtc_dtls_new(rtc_dtls_context *context, const rtc_dtls_options *options, const char *srtp_profiles) {
  ERR_clear_error();
  rtc_dtls *dtls = calloc(1, sizeof(rtc_dtls));
  if (dtls == NULL) return NULL;
  dtls->first_retransmission = options->first_retransmission_microseconds;
  dtls->current_retransmission = options->first_retransmission_microseconds;
  dtls->datagrams.maximum_size = options->maximum_datagram_size;
  dtls->failure.received_alert = dtls->failure.sent_alert = -1;
  dtls->ssl = SSL_new((SSL_CTX *)context);
  BIO *bio = rtc_datagram_bio_new(&dtls->datagrams);
  if (dtls->ssl == NULL || bio == NULL) {
    BIO_free(bio);
    rtc_dtls_free(dtls);
    return NULL;
  }
  SSL_set_app_data(dtls->ssl, dtls);
  SSL_set_bio(dtls->ssl, bio, bio);
  DTLS_set_timer_cb(dtls->ssl, next_retransmission);
  long size = (long)options->maximum_datagram_size;
  // A record never exceeds a datagram, so the write buffer need not hold the 16 kB that OpenSSL would reserve.
  if (SSL_set_mtu(dtls->ssl, size) == 0 || !SSL_set_max_send_fragment(dtls->ssl, size < 512 ? 512 : size) ||
      (srtp_profiles[0] != 0 && SSL_set_tlsext_use_srtp(dtls->ssl, srtp_profiles) != 0)) {
    rtc_dtls_free(dtls);
    return NULL;
  }
  if (options->is_server) {
    SSL_set_accept_state(dtls->ssl);
  } else {
    SSL_set_connect_state(dtls->ssl);
  }
  return dtls;
}

void rtc_dtls_free(rtc_dtls *dtls) {
  if (dtls == NULL) return;
  SSL_free(dtls->ssl);
  rtc_datagrams_release(&dtls->datagrams);
  free(dtls);
}

bool rtc_dtls_expect_fingerprint(rtc_dtls *dtls, const char *hash_name, const uint8_t *digest, size_t count) {
  const EVP_MD *hash = EVP_get_digestbyname(hash_name);
  if (hash == NULL || (dtls->hash != NULL && dtls->hash != hash)) return false;
  if (dtls->fingerprint_count == MAXIMUM_FINGERPRINTS || (size_t)EVP_MD_get_size(hash) != count) return false;
  dtls->hash = hash;
  memcpy(dtls->fingerprints[dtls->fingerprint_count], digest, count);
  dtls->fingerprint_count += 1;
  return true;
}

void rtc_dtls_set_input(rtc_dtls *dtls, const void *bytes, size_t count) {
  dtls->datagrams.input = count > 0 ? bytes : NULL;
  dtls->datagrams.input_count = bytes != NULL ? count : 0;
}

static rtc_dtls_result result_of(rtc_dtls *dtls, int returned) {
  switch (SSL_get_error(dtls->ssl, returned)) {
    case SSL_ERROR_NONE: return RTC_DTLS_DONE;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return RTC_DTLS_WAITING;
    case SSL_ERROR_ZERO_RETURN: return RTC_DTLS_CLOSED;
    default: break;
  }
  if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_READ_TIMEOUT_EXPIRED) dtls->failure.timed_out = true;
  return RTC_DTLS_FAILED;
}

rtc_dtls_result rtc_dtls_handshake(rtc_dtls *dtls) {
  ERR_clear_error();
  return result_of(dtls, SSL_do_handshake(dtls->ssl));
}

// For every packet: to clear a queue that is empty costs more than to look at it.
static void forget_errors(void) {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

rtc_dtls_result rtc_dtls_read(rtc_dtls *dtls, void *buffer, size_t capacity, size_t *count) {
  forget_errors();
  *count = 0;
  int returned = SSL_read(dtls->ssl, buffer, capacity > INT_MAX ? INT_MAX : (int)capacity);
  if (returned > 0) *count = (size_t)returned;
  return result_of(dtls, returned);
}

bool rtc_dtls_has_more(const rtc_dtls *dtls) {
  return dtls->datagrams.input_count > 0 || SSL_has_pending(dtls->ssl) == 1;
}

bool rtc_dtls_write(rtc_dtls *dtls, const void *bytes, size_t count) {
  forget_errors();
  return count <= INT_MAX && SSL_write(dtls->ssl, bytes, (int)count) == (int)count;
}

size_t rtc_dtls_maximum_write(rtc_dtls *dtls) { return DTLS_get_data_mtu(dtls->ssl); }

void rtc_dtls_close(rtc_dtls *dtls) {
  ERR_clear_error();
  SSL_shutdown(dtls->ssl);
}

bool rtc_dtls_time_left(rtc_dtls *dtls, int64_t *microseconds) {
  struct timeval left;
  if (DTLSv1_get_timeout(dtls->ssl, &left) != 1) return false;
  *microseconds = (int64_t)left.tv_sec * 1000000 + left.tv_usec;
  return true;
}

uint32_t rtc_dtls_retransmission_interval(const rtc_dtls *dtls) { return dtls->current_retransmission; }

bool rtc_dtls_handle_timeout(rtc_dtls *dtls) {
  ERR_clear_error();
  if (DTLSv1_handle_timeout(dtls->ssl) >= 0) return true;
  result_of(dtls, -1);
  return false;
}

size_t rtc_dtls_next_datagram_size(const rtc_dtls *dtls) {
  return dtls->datagrams.count == 0 ? 0 : dtls->datagrams.sizes[dtls->datagrams.first];
}

void rtc_dtls_take_datagram(rtc_dtls *dtls, void *buffer) { rtc_datagrams_take(&dtls->datagrams, buffer); }

rtc_dtls_failure rtc_dtls_last_failure(const rtc_dtls *dtls) { return dtls->failure; }

bool rtc_dtls_peer_verified(const rtc_dtls *dtls) { return dtls->peer_verified; }

size_t rtc_dtls_peer_certificate(rtc_dtls *dtls, uint8_t *output) {
  X509 *certificate = SSL_get0_peer_certificate(dtls->ssl);
  if (certificate == NULL) return 0;
  int count = i2d_X509(certificate, output != NULL ? &output : NULL);
  return count > 0 ? (size_t)count : 0;
}

uint16_t rtc_dtls_srtp_profile(rtc_dtls *dtls) {
  SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);
  return profile != NULL ? (uint16_t)profile->id : 0;
}

bool rtc_dtls_export(rtc_dtls *dtls, const char *label, uint8_t *output, size_t count) {
  ERR_clear_error();
  return SSL_export_keying_material(dtls->ssl, output, count, label, strlen(label), NULL, 0, 0) == 1;
}

uint16_t rtc_dtls_version(rtc_dtls *dtls) { return (uint16_t)SSL_version(dtls->ssl); }

const char *rtc_dtls_cipher_suite(rtc_dtls *dtls) {
  const SSL_CIPHER *cipher = SSL_get_current_cipher(dtls->ssl);
  return cipher != NULL ? SSL_CIPHER_standard_name(cipher) : NULL;
}

const char *rtc_dtls_group(rtc_dtls *dtls) {
  switch (SSL_get_negotiated_group(dtls->ssl)) {
    case NID_X25519: return "X25519";
    case NID_X9_62_prime256v1: return "P-256";
    case NID_secp384r1: return "P-384";
    default: return NULL;
  }
}

bool rtc_dtls_has_extended_master_secret(rtc_dtls *dtls) { return SSL_get_extms_support(dtls->ssl) == 1; }
