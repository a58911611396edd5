/* live-table-columns.c: the columns of the live table: what they are, and which it is sorted by
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/live-table-private.h"

/* Sorting */

/* Orders nothing: tells find_sorted_column() that this column was asked first. */
static int
compare_probe (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  SondeTableColumn *column = user_data;

  column->table->probed = (int) column->index;

  return -1;
}

/* The column that the view is sorted by, -1 for none. GTK 4.8 does not tell, but its sorter asks
 * the sorter of that column first, and turns the answer round when descending.
 */
static int
find_sorted_column (SondeLiveTable *self,
                    gboolean       *descending)
{
  GtkSorter *sorter = gtk_column_view_get_sorter (self->view);
  GtkOrdering ordering;

  self->probed = -1;
  ordering = gtk_sorter_compare (sorter, self->columns[0].view_column,
                                 self->columns[1].view_column);
  *descending = ordering == GTK_ORDERING_LARGER;

  return self->probed;
}

static void on_sorter_changed_cb (SondeLiveTable *self);

/* Sorts the view by one column alone. GTK 4.8 leaves the arrow of the one before where it was,
 * unless the sorting is taken away first.
 */
static void
sort_by (SondeLiveTable *self,
         guint           index,
         gboolean        descending)
{
  GtkSorter *sorter = gtk_column_view_get_sorter (self->view);

  g_signal_handlers_block_by_func (sorter, on_sorter_changed_cb, self);
  gtk_column_view_sort_by_column (self->view, NULL, GTK_SORT_ASCENDING);
  g_signal_handlers_unblock_by_func (sorter, on_sorter_changed_cb, self);
  gtk_column_view_sort_by_column (self->view, self->columns[index].view_column,
                                  descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
}

static void
on_sorter_changed_cb (SondeLiveTable *self)
{
  gboolean descending;
  int sorted = find_sorted_column (self, &descending);

  if (sorted < 0 || (sorted == self->sorted && descending == self->descending))
    return;

  /* The first click on a column of figures is for the largest. */
  if (sorted != self->sorted && sonde_live_column_is_figure ((guint) sorted) && !descending)
    {
      sort_by (self, (guint) sorted, TRUE);
      return;
    }

  self->sorted = sorted;
  self->descending = descending;
  g_settings_set_string (self->settings, "sort-column", sonde_live_column_get_id ((guint) sorted));
  g_settings_set_boolean (self->settings, "sort-descending", descending);
  sonde_session_set_sort (self->session, sonde_live_column_get_sort ((guint) sorted), descending);
}

void
sonde_live_table_restore_sort (SondeLiveTable *self)
{
  g_autofree char *id = g_settings_get_string (self->settings, "sort-column");
  gboolean descending = g_settings_get_boolean (self->settings, "sort-descending");
  guint index = 0;

  if (!sonde_live_column_find (id, &index))
    descending = TRUE;

  /* Already the present one, so that the handler does not turn it round. */
  self->sorted = (int) index;
  self->descending = descending;
  sort_by (self, index, descending);
  sonde_session_set_sort (self->session, sonde_live_column_get_sort (index), descending);

  g_signal_connect_swapped (gtk_column_view_get_sorter (self->view), "changed",
                            G_CALLBACK (on_sorter_changed_cb), self);
}

/* Columns */

/* Puts the title of a column of figures where its figures are. GTK has no call for it; should a
 * header be built otherwise, the title stays at the start.
 */
static void
align_title (GtkWidget *title)
{
  GtkWidget *box = gtk_widget_get_first_child (title);
  GtkWidget *label = box != NULL ? gtk_widget_get_first_child (box) : NULL;

  if (!GTK_IS_BOX (box) || !GTK_IS_LABEL (label))
    return;

  for (guint i = 0; sonde_live_column_is_figure (i); i++)
    if (g_str_equal (gtk_label_get_text (GTK_LABEL (label)), sonde_live_column_get_title (i)))
      {
        GtkWidget *arrow = gtk_widget_get_next_sibling (label);

        gtk_widget_set_halign (box, GTK_ALIGN_END);
        if (arrow != NULL)
          gtk_box_reorder_child_after (GTK_BOX (box), label, arrow);
      }
}

static void
align_titles (SondeLiveTable *self)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (self->view));

  if (header == NULL || GTK_IS_LIST_VIEW (header))
    return;

  for (GtkWidget *title = gtk_widget_get_first_child (header);
       title != NULL;
       title = gtk_widget_get_next_sibling (title))
    align_title (title);
}

static void
on_setup_cb (SondeTableColumn *column,
             GtkListItem      *item)
{
  gtk_list_item_set_child (item, sonde_live_column_create_cell (column->index, item));
}

static void
on_bind_cb (SondeTableColumn *column,
            GtkListItem      *item)
{
  g_hash_table_insert (column->table->bound, item, column);
  sonde_live_column_refresh_cell (column->index, item, FALSE);
}

static void
on_unbind_cb (SondeTableColumn *column,
              GtkListItem      *item)
{
  g_hash_table_remove (column->table->bound, item);
}

void
sonde_live_table_save_columns (SondeLiveTable *self)
{
  GListModel *columns = gtk_column_view_get_columns (self->view);
  GVariantBuilder shown;
  GVariantBuilder widths;

  sonde_live_table_take_widths (self);
  g_variant_builder_init (&shown, G_VARIANT_TYPE ("as"));
  g_variant_builder_init (&widths, G_VARIANT_TYPE ("a{si}"));

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr(GtkColumnViewColumn) view_column = g_list_model_get_item (columns, i);
      SondeTableColumn *column = g_object_get_data (G_OBJECT (view_column), "column");
      const char *id = sonde_live_column_get_id (column->index);

      if (column->is_wanted)
        g_variant_builder_add (&shown, "s", id);
      if (column->width != sonde_live_column_get_width (column->index))
        g_variant_builder_add (&widths, "{si}", id, column->width);
    }

  g_settings_set_value (self->settings, "columns", g_variant_builder_end (&shown));
  g_settings_set_value (self->settings, "column-widths", g_variant_builder_end (&widths));
}

static void
restore_columns (SondeLiveTable *self)
{
  g_auto(GStrv) shown = g_settings_get_strv (self->settings, "columns");
  g_autoptr(GVariant) widths = g_settings_get_value (self->settings, "column-widths");
  guint position = 0;

  for (guint i = 0; shown[i] != NULL; i++)
    {
      guint index;

      if (sonde_live_column_find (shown[i], &index))
        gtk_column_view_insert_column (self->view, position++, self->columns[index].view_column);
    }

  for (guint i = 0; i < SONDE_N_LIVE_COLUMNS; i++)
    {
      SondeTableColumn *column = &self->columns[i];
      const char *id = sonde_live_column_get_id (i);

      column->width = sonde_live_column_get_width (i);
      column->is_sized = g_variant_lookup (widths, id, "i", &column->width);
      column->given_width = column->width;
      column->is_wanted = position == 0 || g_strv_contains ((const char * const *) shown, id);
      gtk_column_view_column_set_fixed_width (column->view_column, column->width);
      gtk_column_view_column_set_visible (column->view_column, column->is_wanted);
      g_signal_connect_swapped (column->view_column, "notify::visible",
                                G_CALLBACK (sonde_live_table_on_visible_cb), column);
    }
}

static void
add_column (SondeLiveTable *self,
            guint           index)
{
  SondeTableColumn *column = &self->columns[index];
  const char *id = sonde_live_column_get_id (index);
  g_autofree char *action_name = g_strdup_printf ("table.%s", id);
  g_autoptr(GtkSorter) sorter = NULL;
  g_autoptr(GPropertyAction) action = NULL;
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *view_column;

  view_column = gtk_column_view_column_new (sonde_live_column_get_title (index), factory);

  column->table = self;
  column->index = index;
  column->view_column = view_column;

  g_signal_connect_swapped (factory, "setup", G_CALLBACK (on_setup_cb), column);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (on_bind_cb), column);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (on_unbind_cb), column);

  sorter = GTK_SORTER (gtk_custom_sorter_new (compare_probe, column, NULL));
  gtk_column_view_column_set_sorter (view_column, sorter);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, index == SONDE_LIVE_COLUMN_FUNCTION);
  gtk_column_view_column_set_header_menu (view_column, G_MENU_MODEL (self->menu));
  g_object_set_data (G_OBJECT (view_column), "column", column);

  action = g_property_action_new (id, view_column, "visible");
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
  g_menu_append (self->menu, sonde_live_column_get_title (index), action_name);

  gtk_column_view_append_column (self->view, view_column);
  g_object_unref (view_column);
}

void
sonde_live_table_add_columns (SondeLiveTable *self)
{
  for (guint i = 0; i < SONDE_N_LIVE_COLUMNS; i++)
    add_column (self, i);

  restore_columns (self);
  align_titles (self);
}

GActionGroup *
sonde_live_table_get_actions (SondeLiveTable *self)
{
  g_return_val_if_fail (SONDE_IS_LIVE_TABLE (self), NULL);

  return G_ACTION_GROUP (self->actions);
}

GMenuModel *
sonde_live_table_get_menu (SondeLiveTable *self)
{
  g_return_val_if_fail (SONDE_IS_LIVE_TABLE (self), NULL);

  return G_MENU_MODEL (self->menu);
}

void
sonde_live_table_step_sort (SondeLiveTable *self,
                            int             step)
{
  GListModel *columns;
  guint n_columns;
  guint position;

  g_return_if_fail (SONDE_IS_LIVE_TABLE (self));
  g_return_if_fail (step == 1 || step == -1);

  columns = gtk_column_view_get_columns (self->view);
  n_columns = g_list_model_get_n_items (columns);
  for (position = 0; position < n_columns - 1; position++)
    {
      g_autoptr(GtkColumnViewColumn) view_column = g_list_model_get_item (columns, position);

      if (view_column == self->columns[self->sorted].view_column)
        break;
    }

  for (guint i = 1; i < n_columns; i++)
    {
      guint next = (guint) ((int) (position + n_columns) + step * (int) i) % n_columns;
      g_autoptr(GtkColumnViewColumn) view_column = g_list_model_get_item (columns, next);
      SondeTableColumn *column = g_object_get_data (G_OBJECT (view_column), "column");

      if (!gtk_column_view_column_get_visible (view_column))
        continue;

      sort_by (self, column->index, sonde_live_column_is_figure (column->index));
      return;
    }
}

const char *
sonde_live_table_get_sort (SondeLiveTable *self,
                           gboolean       *descending)
{
  g_return_val_if_fail (SONDE_IS_LIVE_TABLE (self), NULL);

  *descending = self->descending;

  return sonde_live_column_get_title ((guint) self->sorted);
}
