/* thread-picker.h: the button that says which threads are looked at, and its list
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "model/session.h"

G_BEGIN_DECLS

#define SONDE_TYPE_THREAD_PICKER (sonde_thread_picker_get_type ())
G_DECLARE_FINAL_TYPE (SondeThreadPicker, sonde_thread_picker, SONDE, THREAD_PICKER, GtkWidget)

/* Borrowed: the session outlives its page's widgets, or is taken away by NULL. */
void sonde_thread_picker_set_session (SondeThreadPicker *self,
                                      SondeSession      *session);
/* Shows what the session knows now. */
void sonde_thread_picker_refresh     (SondeThreadPicker *self);

G_END_DECLS
