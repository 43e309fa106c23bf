#include "rtc_digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

size_t rtc_digest(const char *name, const void *bytes, size_t count, uint8_t *output) {
  const EVP_MD *digest = EVP_get_digestbyname(name);
  unsigned int length = 0;
  if (digest == NULL || EVP_MD_get_size(digest) > 64) return 0;
  return EVP_Digest(bytes, count, output, &length, digest, NULL) == 1 ? length : 0;
}

rtc_sha256 *rtc_sha256_new(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) return (rtc_sha256 *)context;
  EVP_MD_CTX_free(context);
  return NULL;
}

void rtc_sha256_free(rtc_sha256 *hash) { EVP_MD_CTX_free((EVP_MD_CTX *)hash); }

bool rtc_sha256_update(rtc_sha256 *hash, const void *bytes, size_t count) {
  return count == 0 || EVP_DigestUpdate((EVP_MD_CTX *)hash, bytes, count) == 1;
}

bool rtc_sha256_finish(rtc_sha256 *hash, uint8_t *output) {
  EVP_MD_CTX *context = (EVP_MD_CTX *)hash;
  unsigned int length = 0;
  return EVP_DigestFinal_ex(context, output, &length) == 1 && length == 32 &&
         EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
}

static EVP_MAC *hmac_method;
static pthread_once_t hmac_once = PTHREAD_ONCE_INIT;

// Fetching costs more than many digests, so the method lives as long as the process.
static void fetch_hmac(void) { hmac_method = EVP_MAC_fetch(NULL, "HMAC", NULL); }

rtc_hmac *rtc_hmac_new(const void *key, size_t count) {
  pthread_once(&hmac_once, fetch_hmac);
  EVP_MAC_CTX *context = hmac_method != NULL ? EVP_MAC_CTX_new(hmac_method) : NULL;
  if (context == NULL) return NULL;
  char hash[] = "SHA1";
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0), OSSL_PARAM_END};
  // An empty key is legal for HMAC, but a NULL key means "the one from before".
  if (!EVP_MAC_init(context, count > 0 ? key : (const void *)"", count, parameters)) {
    EVP_MAC_CTX_free(context);
    return NULL;
  }
  return (rtc_hmac *)context;
}

void rtc_hmac_free(rtc_hmac *hmac) { EVP_MAC_CTX_free((EVP_MAC_CTX *)hmac); }

bool rtc_hmac_compute(rtc_hmac *hmac, const void *first, size_t first_count, const void *second, size_t second_count,
                      uint8_t *output) {
  EVP_MAC_CTX *context = (EVP_MAC_CTX *)hmac;
  size_t length = 0;
  return EVP_MAC_init(context, NULL, 0, NULL) && (first_count == 0 || EVP_MAC_update(context, first, first_count)) &&
         (second_count == 0 || EVP_MAC_update(context, second, second_count)) &&
         EVP_MAC_final(context, output, &length, 20) && length == 20;
}
