/* stacked-bar.h: parts of a whole as one bar, with a legend
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SONDE_STACKED_BAR_PARTS_MAX 8

/**
 * SondePart:
 * @label: what it is, a text that lives for ever
 * @figure: how much it is, for the legend
 * @share: of the bar's length, 0–1; a part without length is left out of the legend too
 * @color: (nullable): the name of a colour of style.css; %NULL for a line of the legend that
 *   has no part in the bar
 */
typedef struct
{
  const char *label;
  char        figure[32];
  double      share;
  const char *color;
} SondePart;

/**
 * SondeStackedBar:
 *
 * Draws the bar, and below it a legend in the same order: a swatch, the label
 * and the figure of each part, on two lines, or three where the bar is narrow.
 * Its size does not depend on them. All of the legend, also what found no room,
 * is in the tooltip and in the accessible description.
 */
#define SONDE_TYPE_STACKED_BAR (sonde_stacked_bar_get_type ())
G_DECLARE_FINAL_TYPE (SondeStackedBar, sonde_stacked_bar, SONDE, STACKED_BAR, GtkWidget)

void sonde_stacked_bar_set_parts (SondeStackedBar *self,
                                  const SondePart *parts,
                                  guint            n_parts);

G_END_DECLS
