/* launch.h: starts a program so that it can be sampled from its first instruction
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/obstacle.h"

G_BEGIN_DECLS

/* Starts @argv (its first word looked up in the PATH of @envp, or of our environment) and gives
 * its process id; -1 with @obstacle set if it could not be started. The program is in place and
 * held before its first instruction until sonde_launch_release(), which the same thread must
 * call. The child is ours to wait for. @directory, @envp may be NULL, @output_fd -1: as
 * SondeLaunch in engine/engine.h says.
 */
pid_t sonde_launch (const char *const *argv,
                    const char *const *envp,
                    const char        *directory,
                    int                output_fd,
                    gboolean           null_input,
                    SondeObstacle     *obstacle);

void  sonde_launch_release (pid_t pid);

G_END_DECLS
