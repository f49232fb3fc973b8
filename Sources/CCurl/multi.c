// A set of transfers and the connections that they share.

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "easy.h"
#include "library.h"

struct kwc_multi {
  CURLM *curl;
};

/// Descriptors above this are not looked at: at start, when the handle is made, a process has few open.
enum { SCANNED_DESCRIPTORS = 1024 };

static bool is_inheritable_socket_of_a_pair(int descriptor) {
  int flags = fcntl(descriptor, F_GETFD);
  if (flags < 0 || (flags & FD_CLOEXEC) != 0) return false;
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  return getsockname(descriptor, (struct sockaddr *)&address, &length) == 0 && address.ss_family == AF_UNIX;
}

kwc_multi *kwc_multi_create(void) {
  kwc_multi *multi = calloc(1, sizeof *multi);
  if (multi == NULL) return NULL;
  // Several versions of libcurl make the socket pair behind `curl_multi_wakeup` inheritable. Children must not get it,
  // so whatever inheritable pair appears while the handle is made is marked close-on-exec.
  bool was_open[SCANNED_DESCRIPTORS];
  for (int i = 0; i < SCANNED_DESCRIPTORS; i++) was_open[i] = fcntl(i, F_GETFD) >= 0;
  multi->curl = kwc_curl.multi_init();
  if (multi->curl == NULL) {
    free(multi);
    return NULL;
  }
  for (int i = 0; i < SCANNED_DESCRIPTORS; i++) {
    if (!was_open[i] && is_inheritable_socket_of_a_pair(i)) fcntl(i, F_SETFD, FD_CLOEXEC);
  }
  return multi;
}

void kwc_multi_destroy(kwc_multi *multi) {
  kwc_curl.multi_cleanup(multi->curl);
  free(multi);
}

bool kwc_multi_perform(kwc_multi *multi) {
  int running = 0;
  return kwc_curl.multi_perform(multi->curl, &running) == CURLM_OK;
}

bool kwc_multi_poll(kwc_multi *multi, int timeout_ms) {
  return kwc_curl.multi_poll(multi->curl, NULL, 0, timeout_ms, NULL) == CURLM_OK;
}

void kwc_multi_wakeup(kwc_multi *multi) { kwc_curl.multi_wakeup(multi->curl); }

bool kwc_multi_add(kwc_multi *multi, kwc_easy *easy) {
  return kwc_curl.multi_add_handle(multi->curl, easy->curl) == CURLM_OK;
}

void kwc_multi_remove(kwc_multi *multi, kwc_easy *easy) { kwc_curl.multi_remove_handle(multi->curl, easy->curl); }

static kwc_outcome outcome_of(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return KWC_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return KWC_UNRESOLVED;
    case CURLE_COULDNT_CONNECT:
      return KWC_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
      return KWC_TIMED_OUT;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR:
      return KWC_CONNECTION_LOST;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return KWC_CERTIFICATE;
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
      return KWC_STOPPED_BY_CALLBACK;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return KWC_BAD_URL;
    default:
      return KWC_OTHER;
  }
}

kwc_easy *kwc_multi_next_finished(kwc_multi *multi, kwc_outcome *outcome) {
  int left = 0;
  CURLMsg *message;
  while ((message = kwc_curl.multi_info_read(multi->curl, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    char *owner = NULL;
    if (kwc_curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner) != CURLE_OK || owner == NULL) continue;
    kwc_easy *easy = (kwc_easy *)(void *)owner;
    *outcome = outcome_of(message->data.result);
    if (*outcome != KWC_OK && easy->error_text[0] == 0) {
      strncpy(easy->error_text, kwc_curl.easy_strerror(message->data.result), sizeof easy->error_text - 1);
    }
    return easy;
  }
  return NULL;
}

void kwc_block_signals_on_this_thread(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
}
