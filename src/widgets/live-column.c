/* live-column.c: what each column of the live table is and how its cells look
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/live-column.h"

#include <glib/gi18n.h>

#include "base/place.h"
#include "model/share.h"
#include "widgets/format.h"
#include "widgets/share-cell.h"

/* A function seen fewer times than this is drawn dim: its share may be anything. */
#define SEEN_FEW 10

/* A name must not be squeezed to nothing; a table that is too narrow scrolls. */
#define FUNCTION_MIN_CHARS 20
#define TEXT_NAT_CHARS 24

typedef struct
{
  const char  *id;
  const char  *title;
  SondeColumn  sort;
  int          width;
} ColumnInfo;

static const ColumnInfo infos[SONDE_N_LIVE_COLUMNS] = {
  { "self-count",  N_("Self"),       SONDE_COLUMN_SELF_COUNT,   80 },
  { "self-share",  N_("Self %"),     SONDE_COLUMN_SELF_COUNT,  160 },
  { "self-time",   N_("Self Time"),  SONDE_COLUMN_SELF_TIME,   112 },
  { "total-count", N_("Total"),      SONDE_COLUMN_TOTAL_COUNT,  80 },
  { "total-share", N_("Total %"),    SONDE_COLUMN_TOTAL_COUNT, 160 },
  { "total-time",  N_("Total Time"), SONDE_COLUMN_TOTAL_TIME,  112 },
  { "function",    N_("Function"),   SONDE_COLUMN_FUNCTION,     -1 },
  { "file",        N_("File:Line"),  SONDE_COLUMN_FILE,        124 },
  { "module",      N_("Module"),     SONDE_COLUMN_MODULE,      104 },
};

const char *
sonde_live_column_get_id (guint column)
{
  return infos[column].id;
}

gboolean
sonde_live_column_find (const char *id,
                        guint      *column)
{
  for (guint i = 0; i < SONDE_N_LIVE_COLUMNS; i++)
    if (g_str_equal (infos[i].id, id))
      {
        *column = i;
        return TRUE;
      }

  return FALSE;
}

const char *
sonde_live_column_get_title (guint column)
{
  return _(infos[column].title);
}

SondeColumn
sonde_live_column_get_sort (guint column)
{
  return infos[column].sort;
}

int
sonde_live_column_get_width (guint column)
{
  return infos[column].width;
}

gboolean
sonde_live_column_is_figure (guint column)
{
  return column < SONDE_LIVE_COLUMN_FUNCTION;
}

static gboolean
on_query_tooltip_cb (GtkWidget   *cell,
                     int          x,
                     int          y,
                     gboolean     keyboard_mode,
                     GtkTooltip  *tooltip,
                     GtkListItem *item)
{
  SondeFunctionRow *row = gtk_list_item_get_item (item);
  guint column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (cell), "column"));
  g_autofree char *place = NULL;
  const SondeFunction *function;
  const char *text;

  if (row == NULL)
    return FALSE;

  function = sonde_function_row_get_function (row);
  place = sonde_place_dup_text (function, TRUE);
  text = column == SONDE_LIVE_COLUMN_FUNCTION ? function->name
         : column == SONDE_LIVE_COLUMN_FILE ? place
         : function->module != NULL ? function->module : sonde_format_module (function);
  gtk_tooltip_set_text (tooltip, text);

  return text != NULL && *text != '\0';
}

GtkWidget *
sonde_live_column_create_cell (guint        column,
                               GtkListItem *item)
{
  GtkWidget *cell;

  if (sonde_live_column_is_figure (column))
    return sonde_share_cell_new ();

  cell = gtk_inscription_new (NULL);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_MIDDLE);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (cell), TEXT_NAT_CHARS);
  if (column == SONDE_LIVE_COLUMN_FUNCTION)
    gtk_inscription_set_min_chars (GTK_INSCRIPTION (cell), FUNCTION_MIN_CHARS);
  else
    gtk_widget_add_css_class (cell, "dim-label");

  g_object_set_data (G_OBJECT (cell), "column", GUINT_TO_POINTER (column));
  gtk_widget_set_has_tooltip (cell, TRUE);
  g_signal_connect_object (cell, "query-tooltip", G_CALLBACK (on_query_tooltip_cb), item, 0);

  return cell;
}

static void
refresh_figure (guint             column,
                SondeShareCell   *cell,
                SondeFunctionRow *row,
                gboolean          tell)
{
  gboolean is_self = column <= SONDE_LIVE_COLUMN_SELF_TIME;
  guint64 count = is_self ? sonde_function_row_get_self_count (row)
                          : sonde_function_row_get_total_count (row);
  guint64 duration_ns = is_self ? sonde_function_row_get_self_ns (row)
                                : sonde_function_row_get_total_ns (row);
  guint64 scope_count = sonde_function_row_get_scope_count (row);
  double share = SONDE_SHARE_CELL_NO_BAR;
  char margin[16] = "";
  SondeText text;

  if (column == SONDE_LIVE_COLUMN_SELF_COUNT || column == SONDE_LIVE_COLUMN_TOTAL_COUNT)
    sonde_format_count (text, count);
  else if (column == SONDE_LIVE_COLUMN_SELF_TIME || column == SONDE_LIVE_COLUMN_TOTAL_TIME)
    sonde_format_seconds (text, duration_ns);
  else
    {
      share = sonde_share (count, scope_count);
      sonde_format_percent (text, share);
      g_snprintf (margin, sizeof margin, "±%.1f",
                  100.0 * sonde_share_get_margin (count, scope_count));
    }

  sonde_share_cell_set (cell, text, margin, share, count < SEEN_FEW);
  if (tell)
    sonde_share_cell_tell (cell);
}

static void
refresh_text (guint                column,
              GtkInscription      *cell,
              const SondeFunction *function)
{
  g_autofree char *place = NULL;
  const char *text;

  switch (column)
    {
    case SONDE_LIVE_COLUMN_FUNCTION:
      text = function->name;
      break;

    case SONDE_LIVE_COLUMN_FILE:
      text = place = sonde_place_dup_text (function, FALSE);
      break;

    default:
      text = sonde_format_module (function);
    }

  if (g_strcmp0 (gtk_inscription_get_text (cell), text) == 0)
    return;

  gtk_inscription_set_text (cell, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

void
sonde_live_column_refresh_cell (guint        column,
                                GtkListItem *item,
                                gboolean     tell)
{
  SondeFunctionRow *row = gtk_list_item_get_item (item);
  GtkWidget *cell = gtk_list_item_get_child (item);

  if (row == NULL || cell == NULL)
    return;

  if (sonde_live_column_is_figure (column))
    refresh_figure (column, SONDE_SHARE_CELL (cell), row, tell);
  else
    refresh_text (column, GTK_INSCRIPTION (cell), sonde_function_row_get_function (row));
}
