/* process-page.c: the list of processes to choose from
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows go from the store through a filter and a sorter to the view. The store's rows live as
 * long as their process, and after each scan the sorter is told once that the order may have
 * changed: so the selection stays with its process, wherever that moves to, and what is seen of
 * the list stays where it is.
 */

#include "config.h"

#include "widgets/process-page.h"

#include <string.h>

#include "model/app-icons.h"
#include "model/process-row.h"
#include "model/process-store.h"
#include "model/run-request.h"
#include "widgets/process-column.h"
#include "widgets/run-page.h"

struct _SondeProcessPage
{
  GtkWidget           parent_instance;

  /* Owned */
  SondeProcessStore  *store;
  SondeAppIcons      *icons;
  GtkCustomFilter    *filter;
  GtkSingleSelection *selection;
  char               *wanted;       /* what is searched for, casefolded; "" for all */
  GtkEventController *keys;         /* on the window while the list is shown */

  /* While a frame comes that must not scroll */
  double              held_value;
  guint               tick_id;
  gulong              layout_id;

  /* Template children */
  GtkButton          *attach_button;
  GtkLabel           *advice;
  GtkWidget          *command_box;
  GtkLabel           *command;
  GtkStack           *content;
  GtkRevealer        *obstacle_bar;
  GtkLabel           *reason;
  SondeRunPage       *run_page;
  GtkScrolledWindow  *scroller;
  GtkSearchBar       *search_bar;
  GtkSearchEntry     *search_entry;
  GtkColumnView      *view;
  GtkStack           *views;
};

G_DEFINE_FINAL_TYPE (SondeProcessPage, sonde_process_page, GTK_TYPE_WIDGET)

enum
{
  PROCESS_CHOSEN,
  RUN_REQUESTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* --- Search --- */

static gboolean
contains (const char *text,
          const char *wanted)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  return strstr (folded, wanted) != NULL;
}

static gboolean
matches (gpointer item,
         gpointer data)
{
  SondeProcessPage *self = SONDE_PROCESS_PAGE (data);
  const SondeProcess *process = sonde_process_row_get_process (item);
  char pid[16];

  if (*self->wanted == '\0')
    return TRUE;

  g_snprintf (pid, sizeof pid, "%d", process->pid);

  return g_str_has_prefix (pid, self->wanted) ||
         contains (process->name, self->wanted) ||
         contains (process->command_line, self->wanted);
}

/* Nothing found, as against not looked yet. */
static void
show_content (SondeProcessPage *self)
{
  gboolean found = g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0;

  gtk_stack_set_visible_child_name (self->content, found ||
                                    *self->wanted == '\0' ? "table" : "empty");
}

static void
on_search_changed_cb (SondeProcessPage *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
  char *wanted = g_utf8_casefold (g_strstrip (text), -1);
  gboolean narrower = strstr (wanted, self->wanted) != NULL;
  gboolean wider = strstr (self->wanted, wanted) != NULL;

  g_free (self->wanted);
  self->wanted = wanted;
  if (narrower && wider)
    return;

  gtk_filter_changed (GTK_FILTER (self->filter),
                      narrower ? GTK_FILTER_CHANGE_MORE_STRICT :
                      wider ? GTK_FILTER_CHANGE_LESS_STRICT : GTK_FILTER_CHANGE_DIFFERENT);
  show_content (self);
}

/* --- Choice --- */

static void
choose (SondeProcessPage *self,
        SondeProcessRow  *row)
{
  const SondeProcess *process;

  if (row == NULL || !sonde_process_row_is_open (row))
    return;

  process = sonde_process_row_get_process (row);
  g_signal_emit (self, signals[PROCESS_CHOSEN], 0, process->pid, process->start_ticks);
}

static void
show_obstacle (SondeProcessPage *self)
{
  SondeProcessRow *row = gtk_single_selection_get_selected_item (self->selection);
  const SondeObstacle *obstacle;
  g_autofree char *reason = NULL;
  g_autofree char *advice = NULL;
  g_autofree char *command = NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self->attach_button),
                            row != NULL && sonde_process_row_is_open (row));
  gtk_revealer_set_reveal_child (self->obstacle_bar,
                                 row != NULL && !sonde_process_row_is_open (row));
  if (row == NULL || sonde_process_row_is_open (row))
    return;

  obstacle = &sonde_process_row_get_process (row)->obstacle;
  reason = sonde_obstacle_dup_reason (obstacle);
  command = sonde_obstacle_dup_command (obstacle, "top");
  advice = sonde_obstacle_dup_remedy (obstacle);

  gtk_label_set_label (self->reason, reason);
  gtk_label_set_label (self->advice, advice != NULL ? advice : "");
  gtk_widget_set_visible (GTK_WIDGET (self->advice), advice != NULL);
  gtk_label_set_label (self->command, command != NULL ? command : "");
  gtk_widget_set_visible (self->command_box, command != NULL);
}

static void
on_activate_cb (SondeProcessPage *self,
                guint             position)
{
  g_autoptr(SondeProcessRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  gtk_single_selection_set_selected (self->selection, position);
  choose (self, row);
}

static void
on_attach_cb (SondeProcessPage *self)
{
  choose (self, gtk_single_selection_get_selected_item (self->selection));
}

/* Enter in the search takes the selected process, and without one the first. */
static void
on_search_activate_cb (SondeProcessPage *self)
{
  if (gtk_single_selection_get_selected_item (self->selection) == NULL)
    gtk_single_selection_set_selected (self->selection, 0);

  on_attach_cb (self);
}

static void
on_copy_cb (SondeProcessPage *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                          gtk_label_get_label (self->command));
}

/* --- Run a program --- */

static void
on_run_closed_cb (SondeProcessPage *self)
{
  gtk_stack_set_visible_child_name (self->views, "list");
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
on_run_requested_cb (SondeProcessPage *self,
                     SondeRunRequest  *request)
{
  gtk_stack_set_visible_child_name (self->views, "list");
  g_signal_emit (self, signals[RUN_REQUESTED], 0, request);
}

void
sonde_process_page_show_run (SondeProcessPage *self)
{
  g_return_if_fail (SONDE_IS_PROCESS_PAGE (self));

  gtk_stack_set_visible_child_name (self->views, "run");
  gtk_widget_grab_focus (GTK_WIDGET (self->run_page));
}

/* --- Refresh --- */

/* Puts the view back where it was, in the same frame: what this changes is laid out again before
 * anything is drawn.
 */
static void
on_layout_cb (SondeProcessPage *self,
              GdkFrameClock    *clock)
{
  g_clear_signal_handler (&self->layout_id, clock);
  gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), self->held_value);
}

/* Comes before the layout of a frame, after any scrolling. */
static gboolean
on_tick_cb (GtkWidget     *widget,
            GdkFrameClock *clock,
            gpointer       data)
{
  SondeProcessPage *self = SONDE_PROCESS_PAGE (widget);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  self->held_value = gtk_adjustment_get_value (adjustment);
  if (self->layout_id == 0)
    self->layout_id = g_signal_connect_object (clock, "layout", G_CALLBACK (on_layout_cb), self,
                                               G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_LAYOUT);

  /* Again before each frame until one is laid out, or scrolling in between would be taken back. */
  return G_SOURCE_CONTINUE;
}

/* When rows move, GTK holds on to the one that is uppermost, and scrolls along wherever that goes.
 * Here the view stands still, and the rows move beneath.
 */
static void
hold_still (SondeProcessPage *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick_cb, NULL, NULL);
}

static void
on_refreshed_cb (SondeProcessPage *self)
{
  hold_still (self);
  gtk_sorter_changed (gtk_column_view_get_sorter (self->view), GTK_SORTER_CHANGE_DIFFERENT);

  /* A process that has become another program may match now, or not any more. What comes in is put
   * in its place among rows that are in order.
   */
  if (*self->wanted != '\0')
    gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);

  show_content (self);
  show_obstacle (self);
}

static gboolean
has_search_focus (SondeProcessPage *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->search_entry));
}

/* "/" and Ctrl+F go to the search, as in the live view. Once there, a slash is part of a path. */
static gboolean
on_key_pressed_cb (SondeProcessPage *self,
                   guint             keyval,
                   guint             keycode,
                   GdkModifierType   modifiers)
{
  GdkModifierType held = modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK);
  gboolean is_find = held == GDK_CONTROL_MASK && gdk_keyval_to_lower (keyval) == GDK_KEY_f;
  gboolean is_slash = held == 0 && (keyval == GDK_KEY_slash || keyval == GDK_KEY_KP_Divide);

  if (!is_find && (!is_slash || has_search_focus (self)))
    return GDK_EVENT_PROPAGATE;

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));

  return GDK_EVENT_STOP;
}

/* Typing anywhere in the window searches, as long as the list is what is seen. */
static void
on_list_mapped_cb (SondeProcessPage *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  gtk_search_bar_set_key_capture_widget (self->search_bar, root);
  gtk_widget_add_controller (root, g_object_ref (self->keys));
  sonde_process_store_set_active (self->store, TRUE);
}

static void
on_list_unmapped_cb (SondeProcessPage *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  if (clock != NULL)
    g_clear_signal_handler (&self->layout_id, clock);

  gtk_search_bar_set_key_capture_widget (self->search_bar, NULL);
  gtk_widget_remove_controller (GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))), self->keys);
  sonde_process_store_set_active (self->store, FALSE);
}

static gboolean
sonde_process_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SONDE_PROCESS_PAGE (widget)->view));
}

static void
sonde_process_page_dispose (GObject *object)
{
  SondeProcessPage *self = SONDE_PROCESS_PAGE (object);

  if (self->store != NULL)
    sonde_process_store_set_active (self->store, FALSE);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_func (self->selection, show_obstacle, self);
  if (self->views != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->views));
  gtk_widget_dispose_template (GTK_WIDGET (self), SONDE_TYPE_PROCESS_PAGE);
  g_clear_object (&self->keys);
  g_clear_object (&self->selection);
  g_clear_object (&self->filter);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (sonde_process_page_parent_class)->dispose (object);
}

static void
sonde_process_page_finalize (GObject *object)
{
  SondeProcessPage *self = SONDE_PROCESS_PAGE (object);

  g_clear_pointer (&self->icons, sonde_app_icons_free);
  g_free (self->wanted);

  G_OBJECT_CLASS (sonde_process_page_parent_class)->finalize (object);
}

static void
sonde_process_page_class_init (SondeProcessPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_process_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = sonde_process_page_finalize;
  widget_class->grab_focus = sonde_process_page_grab_focus;

  signals[PROCESS_CHOSEN] = g_signal_new ("process-chosen", SONDE_TYPE_PROCESS_PAGE,
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                          G_TYPE_INT, G_TYPE_UINT64);
  signals[RUN_REQUESTED] = g_signal_new ("run-requested", SONDE_TYPE_PROCESS_PAGE,
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                         SONDE_TYPE_RUN_REQUEST);

  g_type_ensure (SONDE_TYPE_RUN_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/process-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, advice);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, attach_button);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, command);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, command_box);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, content);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, obstacle_bar);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, reason);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, run_page);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, view);
  gtk_widget_class_bind_template_child (widget_class, SondeProcessPage, views);
  gtk_widget_class_bind_template_callback (widget_class, on_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_attach_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_list_mapped_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_list_unmapped_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_run_closed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_run_requested_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, sonde_process_page_show_run);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
add_columns (SondeProcessPage *self)
{
  for (guint i = 0; i < SONDE_N_PROCESS_COLUMNS; i++)
    {
      g_autoptr(GtkColumnViewColumn) column = NULL;

      column = sonde_process_column_new ((SondeProcessColumn) i, self->icons);
      gtk_column_view_append_column (self->view, column);
      if (i == SONDE_PROCESS_COLUMN_CPU)
        gtk_column_view_sort_by_column (self->view, column, GTK_SORT_DESCENDING);
    }
}

/* A title stands where its figures do. GTK has no setting for that; the header is the first child
 * of the view, and what a title shows the first child of that.
 */
static void
align_titles (SondeProcessPage *self)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (self->view));
  GtkWidget *title = header != NULL ? gtk_widget_get_first_child (header) : NULL;

  for (guint i = 0; title != NULL && i < SONDE_N_PROCESS_COLUMNS; i++)
    {
      GtkWidget *content = gtk_widget_get_first_child (title);

      if (content != NULL && sonde_process_column_is_figure ((SondeProcessColumn) i))
        gtk_widget_set_halign (content, GTK_ALIGN_END);
      title = gtk_widget_get_next_sibling (title);
    }
}

static void
sonde_process_page_init (SondeProcessPage *self)
{
  GtkSorter *sorter;
  GListModel *filtered;
  GListModel *sorted;

  self->wanted = g_strdup ("");
  self->store = sonde_process_store_new ();
  self->icons = sonde_app_icons_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  /* Before the search bar takes them. */
  self->keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (self->keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (self->keys, "key-pressed", G_CALLBACK (on_key_pressed_cb), self,
                           G_CONNECT_SWAPPED);

  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  add_columns (self);
  align_titles (self);

  /* The models take over what they are made of. */
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  filtered = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->store)),
                                                      g_object_ref (GTK_FILTER (self->filter))));
  sorter = gtk_column_view_get_sorter (self->view);
  sorted = G_LIST_MODEL (gtk_sort_list_model_new (filtered, g_object_ref (sorter)));
  self->selection = gtk_single_selection_new (sorted);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));

  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (show_obstacle),
                           self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "refreshed", G_CALLBACK (on_refreshed_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
sonde_process_page_new (void)
{
  return g_object_new (SONDE_TYPE_PROCESS_PAGE, NULL);
}
