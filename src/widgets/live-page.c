/* live-page.c: one session, live
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/live-page-private.h"

#include <string.h>
#include <sys/wait.h>

#include <glib/gi18n.h>

#include "base/place.h"
#include "model/process-lookup.h"
#include "widgets/format.h"
#include "widgets/stack.h"
#include "widgets/template.h"

/* Nothing to see counts as an answer only after this time. */
#define IDLE_AFTER_NS (SONDE_NS_PER_SECOND / 2)
#define NO_PYTHON_AFTER_US (G_USEC_PER_SEC / 2)

/* Sleeping threads named when nothing runs. */
#define IDLE_THREADS_MAX 5

G_DEFINE_FINAL_TYPE (SondeLivePage, sonde_live_page, GTK_TYPE_WIDGET)

/* How the process ended, as waitpid() tells it, as a sentence: (transfer full). */
static char *
dup_process_end (int status)
{
  if (status == -1)
    return g_strdup (_("The process ended. The figures stay."));

  if (WIFSIGNALED (status))
    /* Translators: the name of a signal and its number */
    return g_strdup_printf (_("The process was killed by a signal: %s (%d). The figures stay."),
                            strsignal (WTERMSIG (status)), WTERMSIG (status));

  /* Translators: %d is the exit status */
  return g_strdup_printf (_("The process ended with status %d. The figures stay."),
                          WEXITSTATUS (status));
}

/* Why the session is over, as a sentence: (transfer full). */
static char *
dup_end_reason (const SondeSnapshot *snapshot)
{
  int status = snapshot->exit_status;

  if (snapshot->end == SONDE_END_STOPPED && status == -1)
    return g_strdup (_("Sampling was stopped. The figures stay."));

  if (snapshot->end == SONDE_END_STOPPED)
    {
      g_autofree char *reason = dup_process_end (status);

      /* Translators: %s is a sentence that says how the process ended afterwards */
      return g_strdup_printf (_("Sampling was stopped. %s"), reason);
    }

  if (snapshot->end == SONDE_END_OBSTACLE)
    {
      g_autofree char *reason = sonde_obstacle_dup_reason (&snapshot->obstacle);

      /* Translators: %s is a sentence that says why */
      return g_strdup_printf (_("Sampling has ended: %s The figures stay."), reason);
    }

  return dup_process_end (status);
}

/* Whose functions are not seen: (transfer full). */
static char *
dup_unreadable (const SondeSnapshot *snapshot)
{
  if (*snapshot->python == '\0')
    return g_strdup (_("This is a Python whose functions Sonde cannot read: "
                       "native functions are shown."));

  /* Translators: %s is a version, as in "Python 2.7" */
  return g_strdup_printf (_("This is Python %s, whose functions Sonde cannot read: "
                            "native functions are shown."), snapshot->python);
}

static void
refresh_banner (SondeLivePage       *self,
                const SondeSnapshot *snapshot)
{
  g_autofree char *text = NULL;

  if (snapshot->state == SONDE_SESSION_FINISHED)
    {
      text = dup_end_reason (snapshot);
      sonde_live_page_disable_stop (self);
    }
  else if (snapshot->stopped)
    text = g_strdup (_("The process is held by a stop signal. "
                       "Nothing in it runs until it is continued."));
  else if (snapshot->python != NULL && !snapshot->is_readable)
    text = dup_unreadable (snapshot);
  else if (snapshot->hindrance != SONDE_HINDRANCE_NONE)
    text = g_strdup (sonde_hindrance_get_text (snapshot->hindrance));
  else
    text = sonde_unmatched_dup_text (snapshot->unmatched_count);

  sonde_banner_set_text (self->banner, text);
}

/* Why nothing is seen, and which threads sleep, as a sentence: (transfer full). */
static char *
dup_idle_description (SondeLivePage *self,
                      SondeMode      mode)
{
  SondeThreadList *threads = sonde_session_get_threads (self->session);
  GListModel *model = sonde_thread_list_get_model (threads);
  guint alive = sonde_thread_list_get_alive_count (threads);
  guint n_named = 0;
  g_autoptr(GString) names = g_string_new (NULL);
  SondeText more;

  if (mode == SONDE_MODE_GIL)
    return g_strdup (_("What is looked at has not held Python’s lock so far. "
                       "Wall clock time shows where it waits."));
  if (sonde_session_get_query (self->session)->scope_tid != 0)
    return g_strdup (_("What is looked at has not used the CPU so far. "
                       "Wall clock time shows where it waits."));

  for (guint i = 0; i < g_list_model_get_n_items (model) && n_named < IDLE_THREADS_MAX; i++)
    {
      g_autoptr(SondeThreadRow) row = g_list_model_get_item (model, i);

      if (sonde_thread_row_get_exited (row))
        continue;

      g_string_append_printf (names, "%s%s (%d)", n_named == 0 ? "" : ", ",
                              sonde_thread_row_get_name (row),
                              (int) sonde_thread_row_get_tid (row));
      n_named++;
    }

  if (alive > n_named)
    {
      sonde_format_count (more, alive - n_named);
      /* Translators: the names of some threads, and how many there are besides */
      return g_strdup_printf (_("No thread has used the CPU so far. Asleep: %s and %s more. "
                                "Wall clock time shows where they wait."), names->str, more);
    }

  /* Translators: the names of threads */
  return g_strdup_printf (_("No thread has used the CPU so far. Asleep: %s. "
                            "Wall clock time shows where they wait."), names->str);
}

static void
set_description (AdwStatusPage *page,
                 const char    *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  if (g_strcmp0 (adw_status_page_get_description (page), markup) != 0)
    adw_status_page_set_description (page, markup);
}

/* Which page of the stack fits the figures. */
static const char *
choose_contents (SondeLivePage       *self,
                 const SondeSnapshot *snapshot)
{
  if (snapshot->n_rows > 0)
    return "table";

  if (snapshot->function_count > 0 && snapshot->matching_count == 0)
    return "no-match";

  if (snapshot->query.mode != SONDE_MODE_WALL && snapshot->sample_count > 0 &&
      snapshot->scope_count == 0 && snapshot->elapsed_ns >= IDLE_AFTER_NS)
    return "idle";

  if (snapshot->state != SONDE_SESSION_FINISHED)
    return "waiting";

  /* Other functions may have been looked at. */
  return snapshot->is_readable ? "unseen" : "empty";
}

/* A process may have a Python that does nothing. That is known only after a while. */
static gboolean
lacks_python (SondeLivePage       *self,
              const SondeSnapshot *snapshot,
              const char          *contents)
{
  gint64 now_us = g_get_monotonic_time ();

  if (snapshot->frames != SONDE_FRAMES_PYTHON || !g_str_equal (contents, "waiting"))
    self->waiting_us = 0;
  else if (self->waiting_us == 0)
    self->waiting_us = now_us;

  return self->waiting_us != 0 && now_us - self->waiting_us >= NO_PYTHON_AFTER_US;
}

static void
refresh_contents (SondeLivePage       *self,
                  const SondeSnapshot *snapshot)
{
  const char *name = choose_contents (self, snapshot);

  if (lacks_python (self, snapshot, name))
    name = "no-python";

  if (g_str_equal (name, "idle"))
    {
      g_autofree char *text = dup_idle_description (self, snapshot->query.mode);

      set_description (self->idle_page, text);
    }
  else if (g_str_equal (name, "no-match"))
    {
      /* Translators: %s is what the user has typed */
      g_autofree char *text = g_strdup_printf (_("None of the functions seen so far passes “%s”."),
                                               snapshot->query.filter);

      set_description (self->no_match_page, text);
    }

  sonde_stack_show (self->contents, name);
}

static void
show_obstacle (SondeLivePage       *self,
               const SondeSnapshot *snapshot)
{
  g_autofree char *reason = sonde_obstacle_dup_reason (&snapshot->obstacle);
  g_autofree char *advice = sonde_obstacle_dup_advice (&snapshot->obstacle, "top");

  adw_status_page_set_title (self->obstacle_page,
                             snapshot->obstacle.kind == SONDE_OBSTACLE_LAUNCH
                             ? _("The Program Did Not Start") : _("Cannot Look Into This Process"));
  set_description (self->obstacle_page, reason);
  gtk_label_set_label (self->advice, advice != NULL ? advice : "");
  gtk_widget_set_visible (GTK_WIDGET (self->advice), advice != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->search_button), FALSE);
  sonde_live_page_disable_actions (self);
  sonde_stack_show (self->states, "obstacle");
}

static void
show_process (SondeLivePage *self,
              SondeProcess  *process)
{
  g_autofree char *title = g_strdup_printf ("%s · %d", process->name, (int) process->pid);

  adw_window_title_set_title (self->title, title);
  sonde_live_header_set_process (self->header, process);
}

static void
on_looked_up_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeProcess) process = NULL;
  guint n_found;

  process = sonde_process_lookup_finish (result, &n_found, &error);

  /* A page that is gone has cancelled its lookup. */
  if (process != NULL)
    show_process (user_data, process);
}

/* Asks who the process is, once it is attached to and whenever it has become another program. */
static void
look_up_process (SondeLivePage       *self,
                 const SondeSnapshot *snapshot)
{
  SondeText pid;

  if (snapshot->program == NULL ||
      (self->lookup != NULL && snapshot->exec_count == self->exec_count))
    return;

  g_cancellable_cancel (self->lookup);
  g_clear_object (&self->lookup);
  self->lookup = g_cancellable_new ();
  g_snprintf (pid, sizeof pid, "%d", (int) snapshot->pid);
  sonde_process_lookup_async (pid, self->lookup, on_looked_up_cb, self);
}

static void
notice_exec (SondeLivePage       *self,
             const SondeSnapshot *snapshot)
{
  g_autofree char *text = NULL;

  if (snapshot->exec_count == self->exec_count)
    return;

  self->exec_count = snapshot->exec_count;
  /* Translators: %s is the name of a program */
  text = g_strdup_printf (_("The process has become another program: %s"),
                          sonde_place_get_basename (snapshot->program));
  sonde_live_page_say (self, text);
}

static void
on_filter_changed_cb (SondeLivePage *self)
{
  sonde_live_page_apply_filter (self);
}

static void
on_filter_activate_cb (SondeLivePage *self)
{
  sonde_live_page_close_filter (self, TRUE);
}

static void
on_filter_stop_cb (SondeLivePage *self)
{
  sonde_live_page_close_filter (self, FALSE);
}

static void
on_search_clicked_cb (SondeLivePage *self)
{
  if (gtk_search_bar_get_search_mode (self->search_bar))
    sonde_live_page_close_filter (self, TRUE);
  else
    sonde_live_page_open_filter (self);
}

static void
on_function_picked_cb (SondeLivePage *self,
                       guint          function_id)
{
  sonde_live_table_show_function (self->table, function_id);
}

static void
on_scope_gone_cb (SondeLivePage *self,
                  gboolean       has_ended)
{
  self->last_scope = 0;
  sonde_live_page_say (self, has_ended
                             ? _("The thread has ended and is not told apart any more: "
                                 "all threads are shown")
                             : _("The thread runs no such functions: all threads are shown"));
}

static gboolean
on_key_pressed_cb (SondeLivePage   *self,
                   guint            keyval,
                   guint            keycode,
                   GdkModifierType  modifiers)
{
  return sonde_live_page_handle_key (self, keyval, modifiers);
}

static gboolean
on_modifiers_cb (SondeLivePage   *self,
                 GdkModifierType  modifiers)
{
  sonde_live_table_set_key_held (self->table, (modifiers & GDK_CONTROL_MASK) != 0);

  return GDK_EVENT_PROPAGATE;
}

/* Keys are taken before the widgets inside, since lists take the arrow keys and the space bar for
 * themselves; and at the window, since there need be no focus.
 */
static void
sonde_live_page_map (GtkWidget *widget)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (widget);

  GTK_WIDGET_CLASS (sonde_live_page_parent_class)->map (widget);

  gtk_widget_add_controller (GTK_WIDGET (gtk_widget_get_root (widget)), g_object_ref (self->keys));
}

static void
sonde_live_page_unmap (GtkWidget *widget)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (widget);

  gtk_widget_remove_controller (GTK_WIDGET (gtk_widget_get_root (widget)), self->keys);

  GTK_WIDGET_CLASS (sonde_live_page_parent_class)->unmap (widget);
}

static void
sonde_live_page_dispose (GObject *object)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (object);

  g_cancellable_cancel (self->lookup);
  g_clear_object (&self->lookup);
  sonde_template_dispose (GTK_WIDGET (self), SONDE_TYPE_LIVE_PAGE);
  g_clear_object (&self->actions);
  g_clear_object (&self->keys);
  g_clear_object (&self->settings);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (sonde_live_page_parent_class)->dispose (object);
}

static void
sonde_live_page_finalize (GObject *object)
{
  g_free (SONDE_LIVE_PAGE (object)->filter_before);

  G_OBJECT_CLASS (sonde_live_page_parent_class)->finalize (object);
}

static void
sonde_live_page_class_init (SondeLivePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sonde_live_page_dispose;
  object_class->finalize = sonde_live_page_finalize;

  widget_class->map = sonde_live_page_map;
  widget_class->unmap = sonde_live_page_unmap;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/live-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, advice);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, banner);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, columns_menu);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, contents);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, footer);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, frames_box);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, header);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, idle_page);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, no_match_page);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, obstacle_page);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, pane_box);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, search_button);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, states);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, table);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, title);
  gtk_widget_class_bind_template_child (widget_class, SondeLivePage, toasts);
  gtk_widget_class_bind_template_callback (widget_class, on_filter_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_filter_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_function_picked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_clicked_cb);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);

  g_type_ensure (SONDE_TYPE_BANNER);
  g_type_ensure (SONDE_TYPE_LIVE_FOOTER);
  g_type_ensure (SONDE_TYPE_LIVE_HEADER);
  g_type_ensure (SONDE_TYPE_LIVE_TABLE);
}

static void
sonde_live_page_init (SondeLivePage *self)
{
  self->settings = g_settings_new (SONDE_APPLICATION_ID);
  gtk_widget_init_template (GTK_WIDGET (self));

  self->keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (self->keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (self->keys, "key-pressed", G_CALLBACK (on_key_pressed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->keys, "modifiers", G_CALLBACK (on_modifiers_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
sonde_live_page_new (SondeSession *session)
{
  SondeLivePage *self;
  GActionGroup *table_actions;

  g_return_val_if_fail (SONDE_IS_SESSION (session), NULL);

  self = g_object_new (SONDE_TYPE_LIVE_PAGE, NULL);
  self->session = g_object_ref (session);

  sonde_stack_show (self->states, "figures");
  sonde_stack_show (self->contents, "waiting");
  sonde_live_page_init_actions (self);
  sonde_live_header_set_session (self->header, session);
  sonde_live_table_set_session (self->table, session);

  table_actions = sonde_live_table_get_actions (self->table);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "table", table_actions);
  g_menu_append_section (self->columns_menu, NULL, sonde_live_table_get_menu (self->table));

  g_signal_connect_object (session, "scope-gone", G_CALLBACK (on_scope_gone_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "updated", G_CALLBACK (sonde_live_page_refresh), self,
                           G_CONNECT_SWAPPED);
  sonde_live_page_refresh (self);

  return GTK_WIDGET (self);
}

void
sonde_live_page_set_pane (SondeLivePage *self,
                          GtkWidget     *pane)
{
  g_return_if_fail (SONDE_IS_LIVE_PAGE (self));
  g_return_if_fail (GTK_IS_WIDGET (pane));

  gtk_box_append (self->pane_box, pane);
}

/* Shows the newest snapshot, and what the user has asked for since. */
void
sonde_live_page_refresh (SondeLivePage *self)
{
  SondeSnapshot *snapshot = sonde_session_get_snapshot (self->session);
  gboolean descending;
  const char *sort = sonde_live_table_get_sort (self->table, &descending);

  sonde_live_footer_refresh (self->footer, self->session, sort, descending);
  if (snapshot == NULL)
    return;

  /* Until it is looked up under its name. */
  if (self->lookup == NULL && snapshot->program != NULL)
    adw_window_title_set_title (self->title, sonde_place_get_basename (snapshot->program));

  sonde_live_page_refresh_views (self, snapshot);
  if (snapshot->state == SONDE_SESSION_FAILED)
    {
      show_obstacle (self, snapshot);
      return;
    }

  look_up_process (self, snapshot);
  notice_exec (self, snapshot);
  refresh_banner (self, snapshot);
  refresh_contents (self, snapshot);
  sonde_live_header_refresh (self->header);
  sonde_live_table_refresh (self->table);
}

/* A passing word to the user. */
void
sonde_live_page_say (SondeLivePage *self,
                     const char    *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}
