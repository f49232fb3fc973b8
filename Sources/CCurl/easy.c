// One transfer: from a request to a configured easy handle.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "easy.h"
#include "library.h"

static size_t receive_header(char *bytes, size_t size, size_t count, void *context) {
  kwc_easy *easy = context;
  return easy->on_header(bytes, size * count, easy->context) ? size * count : 0;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *context) {
  kwc_easy *easy = context;
  // Returning another number than was offered is libcurl's way of ending a transfer; an empty piece ends nothing.
  return easy->on_body(bytes, size * count, easy->context) ? size * count : size * count + 1;
}

/// Older libcurls open sockets that child processes would inherit; ours must not hold a connection open for us.
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)context;
  (void)purpose;
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  int descriptor = socket(address->family, address->socktype, address->protocol);
  if (descriptor >= 0) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
#endif
}

static bool append_header(kwc_easy *easy, const char *line) {
  struct curl_slist *longer = kwc_curl.slist_append(easy->headers, line);
  if (longer != NULL) easy->headers = longer;
  return longer != NULL;
}

static bool configure(kwc_easy *easy, const kwc_request *request) {
  bool ok = true;
#define SET(option, value) ok = ok && kwc_curl.easy_setopt(easy->curl, option, value) == CURLE_OK
  SET(CURLOPT_PRIVATE, (void *)easy);
  SET(CURLOPT_ERRORBUFFER, easy->error_text);
  SET(CURLOPT_URL, request->url);
  SET(CURLOPT_USERAGENT, request->user_agent);
  // A key must reach its provider and nobody else: no redirects, no other protocols, no netrc.
  SET(CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
  // The result is not looked at: a library older than this header may not know the option, and our caller checks the
  // scheme as well.
  kwc_curl.easy_setopt(easy->curl, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  // Without this libcurl would use signals for time-outs, which a threaded program cannot have.
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
  SET(CURLOPT_TCP_KEEPALIVE, 1L);
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_PROXY, request->proxy);
  SET(CURLOPT_NOPROXY, request->no_proxy);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (request->ca_bundle != NULL) SET(CURLOPT_CAINFO, request->ca_bundle);
  if (request->ca_path != NULL) SET(CURLOPT_CAPATH, request->ca_path);
  // HTTP/2 where TLS negotiates it, and rather wait for a connection that can carry several requests than open more.
  // A libcurl that was built without HTTP/2 refuses this one; HTTP/1.1 is then what there is.
  kwc_curl.easy_setopt(easy->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  SET(CURLOPT_PIPEWAIT, 1L);
  SET(CURLOPT_HEADERFUNCTION, receive_header);
  SET(CURLOPT_HEADERDATA, (void *)easy);
  SET(CURLOPT_WRITEFUNCTION, receive_body);
  SET(CURLOPT_WRITEDATA, (void *)easy);
  if (request->body != NULL) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    SET(CURLOPT_COPYPOSTFIELDS, request->body);
  }
  for (size_t i = 0; i < request->header_count; i++) ok = ok && append_header(easy, request->headers[i]);
  // Providers do not answer "100 Continue"; libcurl would wait a second for it with large bodies.
  ok = ok && append_header(easy, "Expect:");
  SET(CURLOPT_HTTPHEADER, easy->headers);
#undef SET
  return ok;
}

kwc_easy *kwc_easy_create(const kwc_request *request) {
  kwc_easy *easy = calloc(1, sizeof *easy);
  if (easy == NULL) return NULL;
  easy->on_header = request->on_header;
  easy->on_body = request->on_body;
  easy->context = request->context;
  easy->curl = kwc_curl.easy_init();
  if (easy->curl == NULL || !configure(easy, request)) {
    kwc_easy_destroy(NULL, easy);
    return NULL;
  }
  return easy;
}

void kwc_easy_destroy(kwc_multi *multi, kwc_easy *easy) {
  if (multi != NULL) kwc_multi_remove(multi, easy);
  if (easy->curl != NULL) kwc_curl.easy_cleanup(easy->curl);
  if (easy->headers != NULL) kwc_curl.slist_free_all(easy->headers);
  free(easy);
}

const char *kwc_easy_error_text(kwc_easy *easy) { return easy->error_text; }
