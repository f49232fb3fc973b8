// What `easy.c` and `multi.c` share.

#ifndef KERNELWRIGHT_CCURL_EASY_H
#define KERNELWRIGHT_CCURL_EASY_H

#include "CCurl.h"
#include "library.h"

struct kwc_easy {
  CURL *curl;
  struct curl_slist *headers;
  kwc_bytes_callback on_header;
  kwc_bytes_callback on_body;
  void *context;
  char error_text[CURL_ERROR_SIZE];
};

/// Takes a transfer out of a multi handle, closing its connection when it was under way.
void kwc_multi_remove(kwc_multi *multi, kwc_easy *easy);

#endif
