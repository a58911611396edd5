/* error.c: the GError domain of Sonde
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/error.h"

G_DEFINE_QUARK (sonde-error-quark, sonde_error)
