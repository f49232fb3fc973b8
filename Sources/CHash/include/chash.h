/* SHA-256 by the processor's own instructions, for files that are hashed while somebody waits for them. */
#ifndef KERNELWRIGHT_CHASH_H
#define KERNELWRIGHT_CHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether this processor has them. */
bool chash_has_sha256(void);

/* Takes whole blocks of 64 bytes into the state (FIPS 180-4, 6.2.2; the constants are those of 4.2.2). Only where
   `chash_has_sha256`. */
void chash_sha256(uint32_t state[8], const uint8_t *data, size_t blocks, const uint32_t constants[64]);

#endif
