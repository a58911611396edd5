/* python-versions.h: the CPythons that Sonde reads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* major << 8 | minor. For each there is an image and a table of lines in unit/fixtures/python. */
#define PYTHON_OLDEST 0x0308
#define PYTHON_NEWEST 0x030f

#define PYTHON_OLDEST_FREE_THREADED 0x030d
#define PYTHON_OLDEST_WITH_TASKS 0x030c

#define N_PYTHONS (PYTHON_NEWEST - PYTHON_OLDEST + 1)
