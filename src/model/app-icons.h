/* app-icons.h: the icon of the application that a process belongs to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/process.h"

G_BEGIN_DECLS

/**
 * SondeAppIcons:
 *
 * The installed desktop files, by what they start.
 *
 * Life: sonde_app_icons_new() → sonde_app_icons_find() many times → sonde_app_icons_free(). The
 * first search reads all desktop files.
 *
 * Threads: main thread only.
 */
typedef struct _SondeAppIcons SondeAppIcons;

SondeAppIcons *sonde_app_icons_new  (void);
void           sonde_app_icons_free (SondeAppIcons      *self);

/* The icon of the desktop file that fits the control group or the executable (transfer full); NULL
 * if none does.
 */
GIcon         *sonde_app_icons_find (SondeAppIcons      *self,
                                     const SondeProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeAppIcons, sonde_app_icons_free)

G_END_DECLS
