/* live-table-private.h: what live-table.c shares with live-table-columns.c
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "widgets/live-column.h"
#include "widgets/live-table.h"

G_BEGIN_DECLS

typedef struct
{
  /* Borrowed */
  SondeLiveTable      *table;
  GtkColumnViewColumn *view_column;

  guint                index;
  int                  width;        /* the user's, or what it needs; -1 for what is left */
  int                  given_width;  /* what it has, unless the user has changed it */
  gboolean             is_sized;     /* by the user */
  gboolean             is_wanted;    /* if there is room */
  gboolean             is_asked_for; /* by the user: room or not */
} SondeTableColumn;

struct _SondeLiveTable
{
  GtkWidget           parent_instance;

  /* Owned */
  SondeSession       *session;
  GSettings          *settings;
  GSimpleActionGroup *actions;
  GMenu              *menu;
  GHashTable         *bound;       /* GtkListItem → SondeTableColumn, both borrowed */
  GtkSingleSelection *selection;

  SondeTableColumn    columns[SONDE_N_LIVE_COLUMNS];
  int                 probed;      /* the column whose sorter was last asked */
  int                 sorted;      /* the column the table is sorted by */
  gboolean            descending;

  double              kept_scroll;     /* where the rows were scrolled to before they moved */
  gboolean            rows_moved;      /* since the last layout */
  gboolean            is_at_top;       /* after the last layout */
  int                 height;          /* in the last layout */

  guint32             wanted_id;   /* to be selected when it comes */
  guint64             wanted_since;/* serial of the snapshot when that was asked */
  SondeFrames         frames;      /* that the rows are of */
  gint64              told_us;
  int                 fitted_width; /* that the columns were fitted to; 0 to fit them anew */
  gboolean            is_fitting;
  gboolean            pointed;
  gboolean            key_held;

  /* Template children */
  GtkScrolledWindow  *scroller;
  GtkColumnView      *view;
};

/* live-table-columns.c */
void sonde_live_table_add_columns  (SondeLiveTable *self);
void sonde_live_table_save_columns (SondeLiveTable *self);
/* The order of the last time; from then on the user's is kept. */
void sonde_live_table_restore_sort (SondeLiveTable *self);

/* live-table-fit.c */
void sonde_live_table_take_widths   (SondeLiveTable   *self);
void sonde_live_table_fit           (SondeLiveTable   *self);
void sonde_live_table_on_visible_cb (SondeTableColumn *column);

G_END_DECLS
