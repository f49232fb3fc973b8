#include "chash.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

bool chash_has_sha256(void) {
  unsigned a, b, c, d;
  const bool has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);
  return has_sha && __get_cpuid(1, &a, &b, &c, &d) && (c & 1u << 19) && (c & 1u << 9); /* SSE4.1, SSSE3 */
}

__attribute__((target("sha,sse4.1,ssse3"))) void chash_sha256(
  uint32_t state[8], const uint8_t *data, size_t blocks, const uint32_t constants[64]
) {
  const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0BLL, 0x0405060700010203LL);
  /* The instructions want the eight variables as (a, b, e, f) and (c, d, g, h), highest lane first. */
  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
  for (; blocks > 0; --blocks, data += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; ++i)
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data + i), big_endian);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; ++i) { /* four rounds each */
      __m128i *now = &w[i & 3];
      const __m128i input = _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)constants + i));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, input);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(input, 0x0E));
      const __m128i next = w[(i + 1) & 3], after = w[(i + 2) & 3], last = w[(i + 3) & 3];
      const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(*now, next), _mm_alignr_epi8(last, after, 4));
      *now = _mm_sha256msg2_epu32(sum, last);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#else
bool chash_has_sha256(void) { return false; }

void chash_sha256(uint32_t state[8], const uint8_t *data, size_t blocks, const uint32_t constants[64]) {
  (void)state, (void)data, (void)blocks, (void)constants;
}
#endif
