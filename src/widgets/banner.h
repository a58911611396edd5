/* banner.h: a sentence across the page about what has happened to the process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SondeBanner:
 *
 * What AdwBanner is from libadwaita 1.3 on: hidden until it has something to say.
 */
#define SONDE_TYPE_BANNER (sonde_banner_get_type ())
G_DECLARE_FINAL_TYPE (SondeBanner, sonde_banner, SONDE, BANNER, GtkWidget)

/* NULL hides it. */
void sonde_banner_set_text (SondeBanner *self,
                            const char  *text);

G_END_DECLS
