/* locale.h: the language that messages are in
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes up the user's locale and Sonde's catalogues; first thing in main() of a program. The
 * variable SONDE_LOCALE_DIR names the catalogues of a build folder.
 */
void sonde_locale_init (void);

G_END_DECLS
