/* figures.c: numbers as text
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/figures.h"

#include <glib/gi18n.h>

#include "base/types.h"

/* Locales part thousands, and a figure from its unit, with spaces that break no line. */
static char *
take_plain (char *text)
{
  GString *plain = g_string_new (text);

  g_free (text);
  g_string_replace (plain, "\302\240", " ", 0);     /* U+00A0 */
  g_string_replace (plain, "\342\200\257", " ", 0); /* U+202F */

  return g_string_free (plain, FALSE);
}

char *
sonde_figures_dup_count (guint64 count)
{
  return take_plain (g_strdup_printf ("%'" G_GUINT64_FORMAT, count));
}

char *
sonde_figures_dup_percent (double share)
{
  /* Translators: a share of 100; mind the space before the sign. */
  return take_plain (g_strdup_printf (_("%.1f %%"), 100.0 * share));
}

char *
sonde_figures_dup_share (guint64 part,
                         guint64 whole)
{
  if (whole == 0)
    return g_strdup ("–");

  return sonde_figures_dup_percent ((double) part / (double) whole);
}

char *
sonde_figures_dup_time (guint64 time_ns)
{
  if (time_ns < SONDE_NS_PER_SECOND)
    return take_plain (g_strdup_printf (_("%.1f ms"), (double) time_ns / 1e6));

  return take_plain (g_strdup_printf (_("%'.2f s"), (double) time_ns / 1e9));
}

char *
sonde_figures_dup_size (guint64 bytes)
{
  return take_plain (g_format_size (bytes));
}
