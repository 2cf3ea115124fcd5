/* sha256.h: FIPS 180-4, of bytes in memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_SHA256_H
#define VMAC_SHA256_H

#include <stddef.h>

/* 64 hexadecimal digits and a zero. */
void sha256_hex(const void *bytes, size_t size, char hex[65]);

#endif
