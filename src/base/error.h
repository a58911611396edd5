/* error.h: the failures of a session, as GError codes, and what an errno says
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeError:
 * @SONDE_ERROR_GONE: the process does not exist (any more)
 * @SONDE_ERROR_PERMISSION: the kernel does not let us
 * @SONDE_ERROR_UNSUPPORTED: a kind of process or file that Sonde cannot read
 * @SONDE_ERROR_MALFORMED: something read was not in the form it must have
 * @SONDE_ERROR_BUSY: another tracer holds the process
 * @SONDE_ERROR_FAILED: a system call failed for a reason of its own
 *
 * What the user can do about it decides the code.
 */
typedef enum
{
  SONDE_ERROR_GONE,
  SONDE_ERROR_PERMISSION,
  SONDE_ERROR_UNSUPPORTED,
  SONDE_ERROR_MALFORMED,
  SONDE_ERROR_BUSY,
  SONDE_ERROR_FAILED,
} SondeError;

#define SONDE_ERROR (sonde_error_quark ())

GQuark sonde_error_quark (void);

/* Whether @code, an errno, says that we have no descriptor or no memory left, and nothing of the
 * process.
 */
gboolean sonde_errno_is_shortage (int code);

G_END_DECLS
