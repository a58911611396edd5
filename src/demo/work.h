/* work.h: what the threads of the demo workload do
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* A function that shall be in the stack under its own name. */
#define KEPT __attribute__ ((noinline, noclone, no_icf))

/* Each does a piece of work of some 10 to 50 µs and has a share of its own. What they return
 * is of no use but to keep the compiler from leaving the work out.
 */
unsigned shade_pixels      (unsigned seed);
unsigned project_vertices  (unsigned seed);
unsigned sort_sprites      (unsigned seed);
unsigned solve_contacts    (unsigned seed);
unsigned integrate_bodies  (unsigned seed);
unsigned apply_reverb      (unsigned seed);
unsigned resample_voices   (unsigned seed);
unsigned verify_checksum   (unsigned seed);
unsigned parse_packet      (unsigned seed);
