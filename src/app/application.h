/* application.h: the desktop program
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SONDE_TYPE_APPLICATION (sonde_application_get_type ())
G_DECLARE_FINAL_TYPE (SondeApplication, sonde_application, SONDE, APPLICATION, AdwApplication)

/**
 * sonde_application_new:
 *
 * Its arguments are none, a process by id or name, or `--` and a program with
 * its arguments. A second start hands them to the first.
 */
SondeApplication *sonde_application_new (void);

G_END_DECLS
