#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "CCurl.h"

struct kwc_library kwc_curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[512];

#ifdef __APPLE__
static const char *const names[] = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
#define INSTALL_HINT "install the Xcode command line tools, or `brew install curl`"
#else
// The GnuTLS flavour has the same interface; it is what some minimal systems have.
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#define INSTALL_HINT "`apt-get install libcurl4` (Debian, Ubuntu) or `dnf install libcurl` (Fedora)"
#endif

/// Finds one function; remembers the first that is missing.
static void find(void *library, const char *name, void **slot) {
  *slot = dlsym(library, name);
  if (*slot == NULL && failure[0] == 0) {
    snprintf(failure, sizeof failure, "libcurl on this system is too old: it has no `%s` (7.68 or newer is needed); %s.",
             name, INSTALL_HINT);
  }
}

static void load(void) {
  void *library = NULL;
  for (size_t i = 0; library == NULL && i < sizeof names / sizeof names[0]; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) {
    snprintf(failure, sizeof failure, "libcurl, which talks to language models, is not installed: %s.", INSTALL_HINT);
    return;
  }
#define FIND(member) find(library, "curl_" #member, (void **)&kwc_curl.member)
  FIND(global_init);
  FIND(version_info);
  FIND(easy_init);
  FIND(easy_cleanup);
  FIND(easy_setopt);
  FIND(easy_getinfo);
  FIND(easy_strerror);
  FIND(slist_append);
  FIND(slist_free_all);
  FIND(multi_init);
  FIND(multi_cleanup);
  FIND(multi_add_handle);
  FIND(multi_remove_handle);
  FIND(multi_perform);
  FIND(multi_poll);
  FIND(multi_wakeup);
  FIND(multi_info_read);
#undef FIND
  // The library stays loaded: its threads and its allocations may outlive any owner that could close it.
  if (failure[0] == 0 && kwc_curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    snprintf(failure, sizeof failure, "libcurl could not initialise itself; reinstall it: %s.", INSTALL_HINT);
  }
}

const char *kwc_load(void) {
  pthread_once(&once, load);
  return failure[0] == 0 ? NULL : failure;
}

const char *kwc_version(void) { return kwc_curl.version_info(CURLVERSION_NOW)->version; }
