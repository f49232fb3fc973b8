// A plain C interface to the system's libcurl, loaded when it is first needed.
//
// Why not link libcurl: it brings about thirty shared libraries with it, and the language server must start in a few
// milliseconds. Why not call libcurl from Swift: `curl_easy_setopt` and `curl_easy_getinfo` are variadic, which Swift
// cannot call. Everything here is therefore a fixed-arity function with one meaning, and nothing needs libcurl before
// `kwc_load` was called.
//
// Threads: `kwc_load` and `kwc_multi_wakeup` may be called from any thread. Everything else about a multi handle, and
// about the easy handles added to it, belongs to the one thread that drives it.

#ifndef KERNELWRIGHT_CCURL_H
#define KERNELWRIGHT_CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/// One transfer (libcurl's easy handle).
typedef struct kwc_easy kwc_easy;
/// A set of transfers with their shared connections (libcurl's multi handle).
typedef struct kwc_multi kwc_multi;

/// Receives `length` bytes of the body, or one header line, of the transfer that `context` was given for.
/// Returns false to end the transfer with an error.
typedef bool (*kwc_bytes_callback)(const char *bytes, size_t length, void *_Nullable context);

/// How a transfer ended, as far as the caller treats endings differently.
typedef enum kwc_outcome {
  KWC_OK = 0,
  /// The name of the host or of the proxy has no address.
  KWC_UNRESOLVED,
  /// No connection came about.
  KWC_UNREACHABLE,
  /// libcurl's own connect time-out ran out.
  KWC_TIMED_OUT,
  /// The connection broke, or closed before the whole reply had come.
  KWC_CONNECTION_LOST,
  /// The server's certificate was not accepted, or the certificate bundle could not be read.
  KWC_CERTIFICATE,
  /// A callback returned false.
  KWC_STOPPED_BY_CALLBACK,
  /// The URL cannot be used: malformed, or another scheme than http and https.
  KWC_BAD_URL,
  /// Anything else.
  KWC_OTHER
} kwc_outcome;

/// What one transfer needs to know. Strings and bytes are copied by `kwc_easy_create`, callbacks and context are kept.
typedef struct kwc_request {
  const char *url;
  const char *_Nullable body;
  size_t body_length;
  /// `header_count` lines `Name: value`.
  const char *_Nonnull const *_Nullable headers;
  size_t header_count;
  const char *user_agent;
  long connect_timeout_ms;
  /// Proxy URL, "" for none: libcurl never looks at the environment itself.
  const char *proxy;
  /// Hosts that are reached without the proxy, separated by commas.
  const char *no_proxy;
  /// A file of PEM certificates to trust, in the place of libcurl's built-in one; null for that one.
  const char *_Nullable ca_bundle;
  /// A folder of hashed PEM certificates to trust, in the place of libcurl's built-in one; null for that one.
  const char *_Nullable ca_path;
  kwc_bytes_callback on_header;
  kwc_bytes_callback on_body;
  void *_Nullable context;
} kwc_request;

/// Loads libcurl once for the process. Returns null when it is there, else one sentence that says what to install.
/// The sentence lives as long as the process.
const char *_Nullable kwc_load(void);

/// libcurl's version, such as "7.88.1". Only after `kwc_load` returned null.
const char *kwc_version(void);

/// A new multi handle, or null when memory or descriptors ran out. Only after `kwc_load` returned null.
kwc_multi *_Nullable kwc_multi_create(void);
/// Frees a multi handle from which every easy handle was removed; closes its idle connections.
void kwc_multi_destroy(kwc_multi *multi);
/// Moves every transfer forward without blocking. False on a failure inside libcurl that will not go away.
bool kwc_multi_perform(kwc_multi *multi);
/// Blocks until a transfer can go on, `kwc_multi_wakeup` was called, or `timeout_ms` have passed.
bool kwc_multi_poll(kwc_multi *multi, int timeout_ms);
/// Makes the current or the next `kwc_multi_poll` return at once. From any thread.
void kwc_multi_wakeup(kwc_multi *multi);
/// The next transfer that has ended, with its outcome; null when there is none. It is still part of `multi`.
kwc_easy *_Nullable kwc_multi_next_finished(kwc_multi *multi, kwc_outcome *outcome);

/// A transfer, not yet started; null when memory ran out or libcurl refused an option.
kwc_easy *_Nullable kwc_easy_create(const kwc_request *request);
/// Starts a transfer in `multi`. False when libcurl refused.
bool kwc_multi_add(kwc_multi *multi, kwc_easy *easy);
/// Removes a transfer and frees it. One that is under way loses its connection (its stream, with HTTP/2) at once.
void kwc_easy_destroy(kwc_multi *_Nullable multi, kwc_easy *easy);
/// What libcurl says about a failed transfer; "" if nothing. Lives as long as `easy`. Never holds a header or a body.
const char *kwc_easy_error_text(kwc_easy *easy);

/// Keeps every signal, SIGPIPE with it, away from the calling thread and the threads that it starts.
void kwc_block_signals_on_this_thread(void);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
