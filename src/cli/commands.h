/* commands.h: what sonde-cli can do, one function a command
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "cli/options.h"

G_BEGIN_DECLS

/* Each does all that its command means and returns the exit status. Main thread only. */
int sonde_command_ps     (const SondeOptions *options);
int sonde_command_top    (const SondeOptions *options);
int sonde_command_record (const SondeOptions *options);
int sonde_command_dump   (const SondeOptions *options);

G_END_DECLS
