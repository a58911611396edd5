/* run-page.c: asks which program to run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/run-page.h"

#include "model/run-request.h"

#define N_FIELDS (SONDE_RUN_FIELD_ENVIRONMENT + 1)

struct _SondeRunPage
{
  GtkWidget      parent_instance;

  /* Template children */
  GtkWidget     *box;
  AdwEntryRow   *command_row;
  GtkLabel      *command_error;
  AdwEntryRow   *directory_row;
  GtkLabel      *directory_error;
  GtkLabel      *environment_error;
  GtkTextView   *environment_view;
};

G_DEFINE_FINAL_TYPE (SondeRunPage, sonde_run_page, GTK_TYPE_WIDGET)

enum
{
  CLOSED,
  RUN_REQUESTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Shows what is wrong beneath the field it is in; %NULL for nothing. */
static void
show_error (SondeRunPage *self,
            SondeRunField field,
            const char   *message)
{
  GtkWidget *const widgets[N_FIELDS] = {
    [SONDE_RUN_FIELD_COMMAND] = GTK_WIDGET (self->command_row),
    [SONDE_RUN_FIELD_DIRECTORY] = GTK_WIDGET (self->directory_row),
    [SONDE_RUN_FIELD_ENVIRONMENT] = GTK_WIDGET (self->environment_view),
  };
  GtkLabel *const labels[N_FIELDS] = {
    [SONDE_RUN_FIELD_COMMAND] = self->command_error,
    [SONDE_RUN_FIELD_DIRECTORY] = self->directory_error,
    [SONDE_RUN_FIELD_ENVIRONMENT] = self->environment_error,
  };

  for (guint i = 0; i < N_FIELDS; i++)
    {
      const char *text = i == field ? message : NULL;

      gtk_label_set_label (labels[i], text != NULL ? text : "");
      gtk_widget_set_visible (GTK_WIDGET (labels[i]), text != NULL);
      gtk_accessible_update_property (GTK_ACCESSIBLE (widgets[i]),
                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      text != NULL ? text : "", -1);
      if (text == NULL)
        gtk_widget_remove_css_class (widgets[i], "error");
      else
        {
          gtk_widget_add_css_class (widgets[i], "error");
          gtk_widget_grab_focus (widgets[i]);
          if (GTK_IS_EDITABLE (widgets[i]))
            gtk_editable_set_position (GTK_EDITABLE (widgets[i]), -1);
        }
    }
}

static char *
dup_environment (SondeRunPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->environment_view);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
on_run_cb (SondeRunPage *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeRunRequest) request = NULL;
  g_autofree char *environment = dup_environment (self);
  SondeRunField field = SONDE_RUN_FIELD_COMMAND;

  request = sonde_run_request_parse (gtk_editable_get_text (GTK_EDITABLE (self->command_row)),
                                     gtk_editable_get_text (GTK_EDITABLE (self->directory_row)),
                                     environment, &field, &error);
  show_error (self, field, error != NULL ? error->message : NULL);

  if (request != NULL)
    g_signal_emit (self, signals[RUN_REQUESTED], 0, request);
}

/* What is written anew is not wrong until it is tried again. */
static void
on_edited_cb (SondeRunPage *self)
{
  show_error (self, SONDE_RUN_FIELD_COMMAND, NULL);
}

static void
on_back_cb (SondeRunPage *self)
{
  g_signal_emit (self, signals[CLOSED], 0);
}

static gboolean
on_escape_cb (GtkWidget *widget,
              GVariant  *arguments,
              gpointer   data)
{
  on_back_cb (SONDE_RUN_PAGE (widget));

  return GDK_EVENT_STOP;
}

static gboolean
sonde_run_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SONDE_RUN_PAGE (widget)->command_row));
}

static void
sonde_run_page_dispose (GObject *object)
{
  SondeRunPage *self = SONDE_RUN_PAGE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), SONDE_TYPE_RUN_PAGE);

  G_OBJECT_CLASS (sonde_run_page_parent_class)->dispose (object);
}

static void
sonde_run_page_class_init (SondeRunPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_run_page_dispose;
  widget_class->grab_focus = sonde_run_page_grab_focus;

  signals[CLOSED] = g_signal_new ("closed", SONDE_TYPE_RUN_PAGE, G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RUN_REQUESTED] = g_signal_new ("run-requested", SONDE_TYPE_RUN_PAGE, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                         SONDE_TYPE_RUN_REQUEST);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/run-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeRunPage, box);
  gtk_widget_class_bind_template_child (widget_class, SondeRunPage, command_error);
  gtk_widget_class_bind_template_child (widget_class, SondeRunPage, command_row);
  gtk_widget_class_bind_template_child (widget_class, SondeRunPage, directory_error);
  gtk_widget_class_bind_template_child (widget_class, SondeRunPage, directory_row);
  gtk_widget_class_bind_template_child (widget_class, SondeRunPage, environment_error);
  gtk_widget_class_bind_template_child (widget_class, SondeRunPage, environment_view);
  gtk_widget_class_bind_template_callback (widget_class, on_back_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_run_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape_cb, NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sonde_run_page_init (SondeRunPage *self)
{
  g_autofree char *directory = g_get_current_dir ();
  GtkTextBuffer *buffer;

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_editable_set_text (GTK_EDITABLE (self->directory_row), directory);

  buffer = gtk_text_view_get_buffer (self->environment_view);
  g_signal_connect_object (buffer, "changed", G_CALLBACK (on_edited_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->command_row, "changed", G_CALLBACK (on_edited_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->directory_row, "changed", G_CALLBACK (on_edited_cb), self,
                           G_CONNECT_SWAPPED);
}
