/* live-table-fit.c: which columns of the live table there is room for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table that is wider than its window would have to be scrolled to see the names. So columns that
 * say least are left out for as long as the window is narrow; one that the user asks for there
 * stays. What room is left goes to all that is cut where it does not fit, and to the bars, which
 * are read by their length.
 */

#include "config.h"

#include "widgets/live-table-private.h"

/* What a name must have at least. */
#define FUNCTION_WIDTH_MIN 200

/* Who gets how much of what is left over, in percent, and is how wide at most: a longer bar is no
 * easier to read, and few files and modules have longer names. The rest is the functions'.
 */
static const struct
{
  int part;
  int width_max;
} growth[SONDE_N_LIVE_COLUMNS] = {
  [SONDE_LIVE_COLUMN_SELF_SHARE] = { .part = 12, .width_max = 240 },
  [SONDE_LIVE_COLUMN_TOTAL_SHARE] = { .part = 12, .width_max = 240 },
  [SONDE_LIVE_COLUMN_FILE] = { .part = 30, .width_max = 200 },
  [SONDE_LIVE_COLUMN_MODULE] = { .part = 20, .width_max = 180 },
};

/* What a narrow table does without, first what is missed least: times are the counts in another
 * unit.
 */
static const guint spared[] = {
  SONDE_LIVE_COLUMN_TOTAL_TIME,  SONDE_LIVE_COLUMN_SELF_TIME,  SONDE_LIVE_COLUMN_MODULE,
  SONDE_LIVE_COLUMN_TOTAL_COUNT, SONDE_LIVE_COLUMN_SELF_COUNT, SONDE_LIVE_COLUMN_FILE,
};

static int
get_needed_width (const SondeTableColumn *column)
{
  return column->width >= 0 ? column->width : FUNCTION_WIDTH_MIN;
}

/* Takes note of a width that the user has changed. */
static void
take_width (SondeTableColumn *column)
{
  int width = gtk_column_view_column_get_fixed_width (column->view_column);

  if (width == column->given_width)
    return;

  column->width = column->given_width = width;
  column->is_sized = TRUE;
}

void
sonde_live_table_take_widths (SondeLiveTable *self)
{
  for (guint i = 0; i < SONDE_N_LIVE_COLUMNS; i++)
    take_width (&self->columns[i]);
}

/* GTK counts the width of hidden columns too before it gives the rest to the names, so they have
 * none.
 */
static void
show (SondeTableColumn *column,
      gboolean          shown,
      int               width)
{
  column->given_width = shown ? width : 0;
  gtk_column_view_column_set_fixed_width (column->view_column, column->given_width);
  gtk_column_view_column_set_visible (column->view_column, shown);
}

/* Gives in @shown what is to be seen in a table of @width; returns the width left over. */
static int
choose (SondeLiveTable *self,
        int             width,
        gboolean        shown[SONDE_N_LIVE_COLUMNS])
{
  int left = width;

  for (guint i = 0; i < SONDE_N_LIVE_COLUMNS; i++)
    {
      shown[i] = self->columns[i].is_wanted;
      left -= shown[i] ? get_needed_width (&self->columns[i]) : 0;
    }

  for (guint i = 0; i < G_N_ELEMENTS (spared) && left < 0; i++)
    {
      const SondeTableColumn *column = &self->columns[spared[i]];

      if (!shown[spared[i]] || column->is_asked_for || (int) spared[i] == self->sorted)
        continue;

      shown[spared[i]] = FALSE;
      left += get_needed_width (column);
    }

  return left;
}

/* Fits the columns to the table, if its width or what is asked for has changed. */
void
sonde_live_table_fit (SondeLiveTable *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self->view));
  gboolean shown[SONDE_N_LIVE_COLUMNS];
  int left;

  if (width <= 0 || width == self->fitted_width)
    return;

  self->fitted_width = width;
  sonde_live_table_take_widths (self);
  left = choose (self, width, shown);

  self->is_fitting = TRUE;
  for (guint i = 0; i < SONDE_N_LIVE_COLUMNS; i++)
    {
      SondeTableColumn *column = &self->columns[i];
      int own = column->width;

      if (growth[i].part > 0 && !column->is_sized)
        own = CLAMP (own + left * growth[i].part / 100, own, growth[i].width_max);
      show (column, shown[i], own);
    }
  self->is_fitting = FALSE;
}

/* The user shows or hides a column: it stays like that. */
void
sonde_live_table_on_visible_cb (SondeTableColumn *column)
{
  if (column->table->is_fitting)
    return;

  take_width (column);
  column->is_wanted = gtk_column_view_column_get_visible (column->view_column);
  column->is_asked_for = column->is_wanted;
  column->table->fitted_width = 0;
}
