/* fuzz.h: what a fuzzer calls
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* Tries one input; the name is libFuzzer's. Aborts if something is wrong. */
int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         length);
