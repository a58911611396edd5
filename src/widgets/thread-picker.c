/* thread-picker.c: the button that says which threads are looked at, and its list
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/thread-picker.h"

#include <glib/gi18n.h>

#include "widgets/format.h"
#include "widgets/share-cell.h"
#include "widgets/template.h"

struct _SondeThreadPicker
{
  GtkWidget         parent_instance;

  /* Owned; NULL without a session */
  SondeSession     *session;

  /* Owned by the list */
  GtkCustomFilter  *filter;
  GtkSortListModel *sorted;

  /* Bound list items, borrowed from the list view */
  GHashTable       *bound;

  /* Template children */
  GtkButton        *all_button;
  GtkMenuButton    *button;
  GtkLabel         *caption;
  GtkListView      *list;
  GtkPopover       *popover;
  GtkSearchEntry   *search;
};

G_DEFINE_FINAL_TYPE (SondeThreadPicker, sonde_thread_picker, GTK_TYPE_WIDGET)

/* The widgets of one row of the list. */
typedef struct
{
  GtkLabel       *name;
  GtkLabel       *detail;
  SondeShareCell *share;
} RowWidgets;

static void
on_setup_cb (SondeThreadPicker *self,
             GtkListItem       *item)
{
  RowWidgets *widgets = g_new0 (RowWidgets, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = gtk_label_new (NULL);
  GtkWidget *detail = gtk_label_new (NULL);
  GtkWidget *share = sonde_share_cell_new ();

  gtk_label_set_xalign (GTK_LABEL (name), 0.0F);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (detail), 0.0F);
  gtk_widget_add_css_class (detail, "caption");
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_size_request (share, 130, -1);

  gtk_box_append (GTK_BOX (texts), name);
  gtk_box_append (GTK_BOX (texts), detail);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), share);

  widgets->name = GTK_LABEL (name);
  widgets->detail = GTK_LABEL (detail);
  widgets->share = SONDE_SHARE_CELL (share);
  g_object_set_data_full (G_OBJECT (item), "row-widgets", widgets, g_free);
  gtk_list_item_set_child (item, box);
}

/* Threads that are counted together have a name only if it was the same. */
static const char *
get_name (SondeThreadRow *row)
{
  const char *name = sonde_thread_row_get_name (row);

  return sonde_thread_row_get_merged_count (row) > 0 && name[0] == '\0' ? _("Other Threads") : name;
}

/* What is said of a thread beside its name: (transfer full). */
static char *
dup_detail (SondeThreadRow *row)
{
  guint64 merged_count = sonde_thread_row_get_merged_count (row);
  SondeText count;

  if (merged_count > 0)
    {
      sonde_format_count (count, merged_count);
      /* Translators: %s is how many threads are counted together, all of which have ended */
      return g_strdup_printf (ngettext ("%s exited", "%s exited", (gulong) merged_count), count);
    }

  if (sonde_thread_row_get_exited (row))
    /* Translators: a thread's id, of a thread that has ended */
    return g_strdup_printf (_("%d · exited"), (int) sonde_thread_row_get_tid (row));

  return g_strdup_printf ("%d", (int) sonde_thread_row_get_tid (row));
}

static void
refresh_item (GtkListItem *item)
{
  SondeThreadRow *row = gtk_list_item_get_item (item);
  RowWidgets *widgets = g_object_get_data (G_OBJECT (item), "row-widgets");
  g_autofree char *detail = dup_detail (row);
  SondeText share;

  sonde_format_percent (share, sonde_thread_row_get_share (row));
  gtk_label_set_text (widgets->name, get_name (row));
  gtk_label_set_text (widgets->detail, detail);
  sonde_share_cell_set (widgets->share, share, "", sonde_thread_row_get_share (row), FALSE);
  sonde_share_cell_tell (widgets->share);
}

static void
on_bind_cb (SondeThreadPicker *self,
            GtkListItem       *item)
{
  g_hash_table_add (self->bound, item);
  refresh_item (item);
}

static void
on_unbind_cb (SondeThreadPicker *self,
              GtkListItem       *item)
{
  g_hash_table_remove (self->bound, item);
}

static gboolean
matches_search (gpointer item,
                gpointer user_data)
{
  SondeThreadPicker *self = user_data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *needle = g_utf8_casefold (text, -1);
  g_autofree char *name = g_utf8_casefold (get_name (item), -1);
  g_autofree char *detail = dup_detail (item);

  return g_strstr_len (name, -1, needle) != NULL || g_strstr_len (detail, -1, needle) != NULL;
}

static void
on_search_changed_cb (SondeThreadPicker *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
pick (SondeThreadPicker *self,
      pid_t              tid)
{
  gtk_popover_popdown (self->popover);
  sonde_session_set_scope (self->session, tid);
  sonde_thread_picker_refresh (self);
}

static void
on_all_clicked_cb (SondeThreadPicker *self)
{
  pick (self, 0);
}

static void
on_activate_cb (SondeThreadPicker *self,
                guint              position)
{
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (self->list));
  g_autoptr(SondeThreadRow) row = g_list_model_get_item (model, position);

  pick (self, sonde_thread_row_get_tid (row));
}

/* Enter in the search picks the first that is left. */
static void
on_search_activate_cb (SondeThreadPicker *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (self->list))) > 0)
    on_activate_cb (self, 0);
}

/* Orders the threads as they are now; they keep these places while the list is open. */
static void
sort_by_share (SondeThreadPicker *self)
{
  GtkExpression *count = gtk_property_expression_new (SONDE_TYPE_THREAD_ROW, NULL, "count");
  g_autoptr(GtkNumericSorter) sorter = gtk_numeric_sorter_new (count);

  gtk_numeric_sorter_set_sort_order (sorter, GTK_SORT_DESCENDING);
  gtk_sort_list_model_set_sorter (self->sorted, GTK_SORTER (sorter));
}

static void
on_popover_map_cb (SondeThreadPicker *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  sort_by_share (self);
  sonde_thread_picker_refresh (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* What the button says: (transfer full). */
static char *
dup_caption (SondeThreadPicker *self)
{
  SondeThreadList *threads = sonde_session_get_threads (self->session);
  pid_t tid = sonde_session_get_query (self->session)->scope_tid;
  SondeThreadRow *row = sonde_thread_list_find (threads, tid);
  g_autofree char *detail = NULL;
  SondeText count;

  if (tid == 0)
    {
      sonde_format_count (count, sonde_thread_list_get_shown_count (threads));
      /* Translators: %s is how many threads a process has */
      return g_strdup_printf (_("All Threads (%s)"), count);
    }

  if (row == NULL && tid < 0)
    return g_strdup (_("Other Threads"));

  if (row == NULL)
    /* Translators: %d is a thread's id */
    return g_strdup_printf (_("Thread %d"), (int) tid);

  detail = dup_detail (row);

  return g_strdup_printf ("%s · %s", get_name (row), detail);
}

static void
sonde_thread_picker_dispose (GObject *object)
{
  SondeThreadPicker *self = SONDE_THREAD_PICKER (object);

  sonde_template_dispose (GTK_WIDGET (self), SONDE_TYPE_THREAD_PICKER);
  g_clear_pointer (&self->bound, g_hash_table_unref);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (sonde_thread_picker_parent_class)->dispose (object);
}

static void
sonde_thread_picker_class_init (SondeThreadPickerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_thread_picker_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/thread-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeThreadPicker, all_button);
  gtk_widget_class_bind_template_child (widget_class, SondeThreadPicker, button);
  gtk_widget_class_bind_template_child (widget_class, SondeThreadPicker, caption);
  gtk_widget_class_bind_template_child (widget_class, SondeThreadPicker, list);
  gtk_widget_class_bind_template_child (widget_class, SondeThreadPicker, popover);
  gtk_widget_class_bind_template_child (widget_class, SondeThreadPicker, search);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_all_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_popover_map_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_unbind_cb);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sonde_thread_picker_init (SondeThreadPicker *self)
{
  self->bound = g_hash_table_new (NULL, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sonde_thread_picker_set_session (SondeThreadPicker *self,
                                 SondeSession      *session)
{
  g_autoptr(GtkSelectionModel) selection = NULL;
  GListModel *threads;

  g_return_if_fail (SONDE_IS_THREAD_PICKER (self));
  g_return_if_fail (SONDE_IS_SESSION (session));

  g_set_object (&self->session, session);
  threads = sonde_thread_list_get_model (sonde_session_get_threads (session));

  self->filter = gtk_custom_filter_new (matches_search, self, NULL);
  threads = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (threads),
                                                     GTK_FILTER (self->filter)));
  self->sorted = gtk_sort_list_model_new (threads, NULL);
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (self->sorted)));
  gtk_list_view_set_model (self->list, selection);
}

void
sonde_thread_picker_refresh (SondeThreadPicker *self)
{
  g_autofree char *caption = NULL;
  GHashTableIter iter;
  gpointer item;

  g_return_if_fail (SONDE_IS_THREAD_PICKER (self));

  if (self->session == NULL)
    return;

  caption = dup_caption (self);
  if (!g_str_equal (gtk_label_get_text (self->caption), caption))
    gtk_label_set_text (self->caption, caption);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self->popover)))
    return;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    refresh_item (item);
}
