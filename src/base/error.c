/* error.c: the GError domain of Sonde, and what an errno says
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/error.h"

#include <errno.h>

G_DEFINE_QUARK (sonde-error-quark, sonde_error)

gboolean
sonde_errno_is_shortage (int code)
{
  return code == EMFILE || code == ENFILE || code == ENOMEM;
}
