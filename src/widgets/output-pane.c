/* output-pane.c: shows what a program writes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/output-pane.h"

#include <string.h>

#include <glib/gi18n.h>

#include "model/output-reader.h"

#define REFRESH_INTERVAL_MS 100

/* Of the last line, in the bar. */
#define LINE_BYTES_MAX 512

struct _SondeOutputPane
{
  GtkWidget          parent_instance;

  /* Owned */
  SondeOutputReader *reader;     /* NULL before the first descriptor */

  guint              timeout_id; /* 0 once nothing more can come */

  /* Template children */
  GtkInscription    *last_line;
  GtkScrolledWindow *scroller;
  GtkTextView       *view;
};

G_DEFINE_FINAL_TYPE (SondeOutputPane, sonde_output_pane, GTK_TYPE_WIDGET)

static void
show_last_line (SondeOutputPane *self,
                const char      *text)
{
  gsize end = strlen (text);
  gsize start;
  g_autofree char *line = NULL;

  while (end > 0 && g_ascii_isspace (text[end - 1]))
    end--;
  if (end == 0)
    return;

  start = end;
  while (start > 0 && text[start - 1] != '\n')
    start--;

  line = g_utf8_make_valid (text + start, (gssize) MIN (end - start, LINE_BYTES_MAX));
  gtk_inscription_set_text (self->last_line, line);
}

/* Lines that are too many, and characters of a text without line ends. */
static void
trim (GtkTextBuffer *buffer)
{
  int lines = gtk_text_buffer_get_line_count (buffer) - SONDE_OUTPUT_LINES_MAX;
  int characters = gtk_text_buffer_get_char_count (buffer) - SONDE_OUTPUT_BYTES_MAX;
  GtkTextIter start;
  GtkTextIter end;

  if (lines <= 0 && characters <= 0)
    return;

  gtk_text_buffer_get_start_iter (buffer, &start);
  if (lines > 0)
    gtk_text_buffer_get_iter_at_line (buffer, &end, lines);
  else
    gtk_text_buffer_get_iter_at_offset (buffer, &end, characters);
  gtk_text_buffer_delete (buffer, &start, &end);
}

static gboolean
is_at_end (SondeOutputPane *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
         gtk_adjustment_get_upper (adjustment) - 1.0;
}

/* Whoever has scrolled back to read stays there. */
static void
append (SondeOutputPane *self,
        const char      *text,
        gboolean         complete)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  gboolean follow = is_at_end (self);
  GtkTextIter end;

  if (complete)
    {
      gtk_text_buffer_get_end_iter (buffer, &end);
      gtk_text_buffer_insert (buffer, &end, text, -1);
      trim (buffer);
    }
  else
    gtk_text_buffer_set_text (buffer, text, -1);

  if (follow)
    {
      gtk_text_buffer_get_end_iter (buffer, &end);
      gtk_text_buffer_place_cursor (buffer, &end);
      gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_insert (buffer));
    }
}

static gboolean
on_timeout_cb (gpointer data)
{
  SondeOutputPane *self = SONDE_OUTPUT_PANE (data);
  g_autofree char *text = NULL;
  gboolean complete;

  text = sonde_output_reader_take (self->reader, &complete);
  if (text != NULL)
    {
      show_last_line (self, text);
      append (self, text, complete);
    }
  else if (sonde_output_reader_is_finished (self->reader))
    {
      self->timeout_id = 0;
      return G_SOURCE_REMOVE;
    }

  return G_SOURCE_CONTINUE;
}

static void
sonde_output_pane_dispose (GObject *object)
{
  SondeOutputPane *self = SONDE_OUTPUT_PANE (object);

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), SONDE_TYPE_OUTPUT_PANE);
  g_clear_pointer (&self->reader, sonde_output_reader_free);

  G_OBJECT_CLASS (sonde_output_pane_parent_class)->dispose (object);
}

static void
sonde_output_pane_class_init (SondeOutputPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_output_pane_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/output-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, last_line);
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, scroller);
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, view);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sonde_output_pane_init (SondeOutputPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sonde_output_pane_new (void)
{
  return g_object_new (SONDE_TYPE_OUTPUT_PANE, NULL);
}

void
sonde_output_pane_set_fd (SondeOutputPane *self,
                          int              fd)
{
  g_return_if_fail (SONDE_IS_OUTPUT_PANE (self));
  g_return_if_fail (fd >= 0);

  g_clear_pointer (&self->reader, sonde_output_reader_free);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), "", 0);
  gtk_inscription_set_text (self->last_line, _("Nothing written yet"));

  self->reader = sonde_output_reader_new (fd);
  if (self->timeout_id == 0)
    self->timeout_id = g_timeout_add (REFRESH_INTERVAL_MS, on_timeout_cb, self);
}
