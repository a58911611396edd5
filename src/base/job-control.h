/* job-control.h: what is to be done before this process stands still, and after it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeJobControl:
 *
 * While there is one, Ctrl+Z and what else a terminal makes a job stand still with (SIGTSTP,
 * SIGTTIN, SIGTTOU) have the main loop call @suspend before all threads of this process stand
 * still, and @resume once they go on. Nothing can be done before a SIGSTOP.
 *
 * A signal that was ignored when this process began stays so.
 *
 * Life: sonde_job_control_new() → sonde_job_control_free(), which gives the signals back. One at a
 * time.
 *
 * Threads: that of the default main context.
 */
typedef struct _SondeJobControl SondeJobControl;

typedef void (*SondeJobFunc) (gpointer data);

SondeJobControl *sonde_job_control_new  (SondeJobFunc     suspend,
                                         SondeJobFunc     resume,
                                         gpointer         data) G_GNUC_WARN_UNUSED_RESULT;
void             sonde_job_control_free (SondeJobControl *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeJobControl, sonde_job_control_free)

G_END_DECLS
