/* cmocka with the headers it wants before it, and the library under test.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CMOCKA_ALL_H
#define CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmac.h"

#endif
