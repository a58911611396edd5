/* live-table.c: the functions, their figures and where they are
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of functions is already in its order: the worker ranks, and the
 * model decides when rows move. The column view's sorter only says which
 * header was clicked.
 *
 * GTK realizes some 200 rows, far more than are seen. A tick therefore goes
 * through the bound cells, and writes only those within the scrolled window.
 */

#include "config.h"

#include "widgets/live-table-private.h"

#include <math.h>

#include "widgets/template.h"

/* Rows above and below the visible ones that are kept up to date. */
#define SPARE_ROWS 2

/* Assistive technology hears of new figures at most this often. */
#define TELL_INTERVAL_US G_USEC_PER_SEC

/* The part of the rows that is scrolled past before more are asked for. */
#define GROW_AT 0.75

G_DEFINE_FINAL_TYPE (SondeLiveTable, sonde_live_table, GTK_TYPE_WIDGET)

/* Cells */

static GtkAdjustment *
get_scrolling (SondeLiveTable *self)
{
  return gtk_scrolled_window_get_vadjustment (self->scroller);
}

/* The rows within the scrolled window, [first, end). */
static void
get_visible_rows (SondeLiveTable *self,
                  guint          *first,
                  guint          *end)
{
  GtkAdjustment *adjustment = get_scrolling (self);
  double upper = gtk_adjustment_get_upper (adjustment);
  double n_items = (double) g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  double row_height = n_items > 0.0 ? upper / n_items : 0.0;
  double value = gtk_adjustment_get_value (adjustment);
  double page_size = gtk_adjustment_get_page_size (adjustment);

  *first = 0;
  *end = G_MAXUINT;
  if (row_height < 1.0)
    return;

  *first = (guint) MAX (0.0, floor (value / row_height) - SPARE_ROWS);
  *end = (guint) ceil ((value + page_size) / row_height) + SPARE_ROWS;
}

static void
refresh_cells (SondeLiveTable *self,
               gboolean        tell)
{
  GHashTableIter iter;
  gpointer item;
  gpointer column;
  guint first;
  guint end;

  get_visible_rows (self, &first, &end);

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, &column))
    {
      guint position = gtk_list_item_get_position (item);

      if (position >= first && position < end)
        sonde_live_column_refresh_cell (((SondeTableColumn *) column)->index, item, tell);
    }
}

static void
on_scrolled_cb (SondeLiveTable *self,
                GtkAdjustment  *adjustment)
{
  if (self->session == NULL || self->scroller == NULL)
    return;

  refresh_cells (self, FALSE);
  if (gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >
      GROW_AT * gtk_adjustment_get_upper (adjustment))
    sonde_session_grow (self->session);
}

/* A row at the top of the window that falls in rank would take the view down with it: GTK scrolls
 * along with the row. Places are to hold still, not rows; so what GTK scrolls in its layout is
 * scrolled back at the end of it. Another round of layout follows in the same frame.
 */
static void
on_rows_moved_cb (SondeLiveTable *self)
{
  if (self->rows_moved)
    return;

  self->rows_moved = TRUE;
  self->kept_scroll = gtk_adjustment_get_value (get_scrolling (self));
}

/* GTK scrolls a list that becomes lower, to keep its middle: the first row is to stay the first. */
static void
stay_at_top (SondeLiveTable *self)
{
  GtkAdjustment *adjustment = get_scrolling (self);
  int height = gtk_widget_get_height (GTK_WIDGET (self->view));

  if (height != self->height && self->is_at_top)
    gtk_adjustment_set_value (adjustment, 0.0);

  self->height = height;
  self->is_at_top = gtk_adjustment_get_value (adjustment) <= 0.0;
}

static void
on_layout_cb (SondeLiveTable *self)
{
  sonde_live_table_fit (self);
  stay_at_top (self);
  if (!self->rows_moved)
    return;

  self->rows_moved = FALSE;
  gtk_adjustment_set_value (get_scrolling (self), self->kept_scroll);
}

/* Selection */

static void
on_selected_cb (SondeLiveTable *self)
{
  SondeFunctionRow *row = gtk_single_selection_get_selected_item (self->selection);

  if (row != NULL)
    sonde_session_set_kept (self->session, sonde_function_row_get_function (row)->id);
}

static void
scroll_to (SondeLiveTable *self,
           guint           position)
{
  GtkWidget *child;

  /* The list inside the column view has the action; gtk_column_view_scroll_to() is of 4.12. */
  for (child = gtk_widget_get_first_child (GTK_WIDGET (self->view));
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LIST_VIEW (child))
      gtk_widget_activate_action (child, "list.scroll-to-item", "u", position);
}

static void
show_wanted (SondeLiveTable *self)
{
  SondeSnapshot *snapshot = sonde_session_get_snapshot (self->session);
  SondeFunctionList *functions = sonde_session_get_functions (self->session);
  guint position;

  if (self->wanted_id == G_MAXUINT32 || snapshot == NULL)
    return;

  if (sonde_function_list_find_position (functions, self->wanted_id, &position))
    {
      self->wanted_id = G_MAXUINT32;
      self->rows_moved = FALSE;
      gtk_single_selection_set_selected (self->selection, position);
      scroll_to (self, position);
    }
  else if (snapshot->serial > self->wanted_since && snapshot->query.keep_id == self->wanted_id)
    {
      /* It was asked for and is not there: the filter hides it. */
      self->wanted_since = snapshot->serial;
      gtk_widget_activate_action (GTK_WIDGET (self), "session.clear-filter", NULL);
    }
}

/* Other frames have other rows: they are seen from the top, with the same function selected if it
 * is among them.
 */
static void
notice_frames (SondeLiveTable *self)
{
  SondeSnapshot *snapshot = sonde_session_get_snapshot (self->session);
  SondeFunctionList *functions = sonde_session_get_functions (self->session);
  guint position;

  if (snapshot == NULL || snapshot->frames == self->frames)
    return;

  self->frames = snapshot->frames;
  self->kept_scroll = 0.0;
  gtk_adjustment_set_value (get_scrolling (self), 0.0);
  if (gtk_single_selection_get_selected_item (self->selection) == NULL &&
      sonde_function_list_find_position (functions, snapshot->query.keep_id, &position))
    gtk_single_selection_set_selected (self->selection, position);
}

/* Holding still */

static void
update_held (SondeLiveTable *self)
{
  if (self->session != NULL)
    sonde_function_list_set_held (sonde_session_get_functions (self->session),
                                  self->pointed || self->key_held);
}

static void
on_pointer_entered_cb (SondeLiveTable *self)
{
  self->pointed = TRUE;
  update_held (self);
}

static void
on_pointer_left_cb (SondeLiveTable *self)
{
  self->pointed = FALSE;
  update_held (self);
}

static gboolean
sonde_live_table_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SONDE_LIVE_TABLE (widget)->view));
}

static void
sonde_live_table_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sonde_live_table_parent_class)->realize (widget);

  g_signal_connect_swapped (gtk_widget_get_frame_clock (widget), "layout",
                            G_CALLBACK (on_layout_cb), widget);
}

static void
sonde_live_table_unrealize (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_frame_clock (widget), on_layout_cb, widget);

  GTK_WIDGET_CLASS (sonde_live_table_parent_class)->unrealize (widget);
}

static void
sonde_live_table_unmap (GtkWidget *widget)
{
  sonde_live_table_save_columns (SONDE_LIVE_TABLE (widget));

  GTK_WIDGET_CLASS (sonde_live_table_parent_class)->unmap (widget);
}

static void
sonde_live_table_dispose (GObject *object)
{
  SondeLiveTable *self = SONDE_LIVE_TABLE (object);

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (gtk_column_view_get_sorter (self->view), self);

  sonde_template_dispose (GTK_WIDGET (self), SONDE_TYPE_LIVE_TABLE);
  g_clear_object (&self->selection);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_object (&self->actions);
  g_clear_object (&self->menu);

  G_OBJECT_CLASS (sonde_live_table_parent_class)->dispose (object);
}

static void
sonde_live_table_finalize (GObject *object)
{
  SondeLiveTable *self = SONDE_LIVE_TABLE (object);

  g_clear_pointer (&self->bound, g_hash_table_unref);

  G_OBJECT_CLASS (sonde_live_table_parent_class)->finalize (object);
}

static void
sonde_live_table_class_init (SondeLiveTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sonde_live_table_dispose;
  object_class->finalize = sonde_live_table_finalize;

  widget_class->grab_focus = sonde_live_table_grab_focus;
  widget_class->realize = sonde_live_table_realize;
  widget_class->unmap = sonde_live_table_unmap;
  widget_class->unrealize = sonde_live_table_unrealize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/live-table.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeLiveTable, scroller);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveTable, view);
  gtk_widget_class_bind_template_callback (widget_class, on_pointer_entered_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_pointer_left_cb);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sonde_live_table_init (SondeLiveTable *self)
{
  GtkAdjustment *adjustment;

  self->wanted_id = G_MAXUINT32;
  self->bound = g_hash_table_new (NULL, NULL);
  self->settings = g_settings_new (SONDE_APPLICATION_ID);
  self->actions = g_simple_action_group_new ();
  self->menu = g_menu_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "table", G_ACTION_GROUP (self->actions));

  sonde_live_table_add_columns (self);

  adjustment = get_scrolling (self);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled_cb), self,
                           G_CONNECT_SWAPPED);
}

void
sonde_live_table_set_session (SondeLiveTable *self,
                              SondeSession   *session)
{
  GListModel *model;

  g_return_if_fail (SONDE_IS_LIVE_TABLE (self));
  g_return_if_fail (SONDE_IS_SESSION (session));
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  sonde_live_table_restore_sort (self);

  model = sonde_function_list_get_model (sonde_session_get_functions (session));
  g_signal_connect_object (model, "items-changed", G_CALLBACK (on_rows_moved_cb), self,
                           G_CONNECT_SWAPPED);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, model);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (on_selected_cb),
                           self, G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  update_held (self);
}

void
sonde_live_table_refresh (SondeLiveTable *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean tell;

  g_return_if_fail (SONDE_IS_LIVE_TABLE (self));

  tell = now_us - self->told_us >= TELL_INTERVAL_US;
  if (tell)
    self->told_us = now_us;

  notice_frames (self);
  refresh_cells (self, tell);
  show_wanted (self);
}

void
sonde_live_table_set_key_held (SondeLiveTable *self,
                               gboolean        held)
{
  g_return_if_fail (SONDE_IS_LIVE_TABLE (self));

  self->key_held = held;
  update_held (self);
}

void
sonde_live_table_show_function (SondeLiveTable *self,
                                guint32         function_id)
{
  SondeSnapshot *snapshot;

  g_return_if_fail (SONDE_IS_LIVE_TABLE (self));

  snapshot = sonde_session_get_snapshot (self->session);
  self->wanted_id = function_id;
  self->wanted_since = snapshot != NULL ? snapshot->serial : 0;
  sonde_session_set_kept (self->session, function_id);
  show_wanted (self);
}
