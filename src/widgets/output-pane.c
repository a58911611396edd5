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

/* Text that comes faster than it can be kept is not read by anybody; showing every fifth of it
 * leaves the processor to the program.
 */
#define FLOOD_TICKS 5

/* Of the last line, in the bar. */
#define LINE_BYTES_MAX 512

struct _SondeOutputPane
{
  GtkWidget          parent_instance;

  /* Owned */
  SondeOutputReader *reader;     /* NULL before the first descriptor */
  GString           *unseen;     /* what came while the pane was closed */

  guint              timeout_id; /* 0 once nothing more can come */
  guint              rest_ticks; /* to let pass in a flood */
  gboolean           gap;        /* something is missing before @unseen */

  /* Template children */
  GtkWidget         *box;
  GtkInscription    *last_line;
  GtkScrolledWindow *scroller;
  GtkToggleButton   *toggle;
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

/* Without a text view to fill, keeping text costs next to nothing. */
static void
keep_unseen (SondeOutputPane *self,
             const char      *text,
             gboolean         complete)
{
  if (!complete)
    {
      g_string_truncate (self->unseen, 0);
      self->gap = TRUE;
    }
  g_string_append (self->unseen, text);

  if (self->unseen->len > 2 * SONDE_OUTPUT_BYTES_MAX)
    {
      const char *rest = self->unseen->str + self->unseen->len - SONDE_OUTPUT_BYTES_MAX;
      const char *line = strchr (rest, '\n');

      g_string_erase (self->unseen, 0, (line != NULL ? line + 1 : rest) - self->unseen->str);
      self->gap = TRUE;
    }
}

static void
show_unseen (SondeOutputPane *self)
{
  g_autofree char *valid = NULL;

  if (!gtk_toggle_button_get_active (self->toggle) || self->unseen->len == 0)
    return;

  /* A line without an end may have been cut within a character. */
  valid = g_utf8_make_valid (self->unseen->str, (gssize) self->unseen->len);
  append (self, valid, !self->gap);
  g_string_truncate (self->unseen, 0);
  self->gap = FALSE;
}

static gboolean
on_timeout_cb (gpointer data)
{
  SondeOutputPane *self = SONDE_OUTPUT_PANE (data);
  g_autofree char *text = NULL;
  gboolean complete;

  if (self->rest_ticks > 0)
    {
      self->rest_ticks--;
      return G_SOURCE_CONTINUE;
    }

  text = sonde_output_reader_take (self->reader, &complete);
  if (text != NULL)
    {
      show_last_line (self, text);
      keep_unseen (self, text, complete);
      show_unseen (self);
      self->rest_ticks = complete ? 0 : FLOOD_TICKS - 1;
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
  g_clear_pointer (&self->box, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), SONDE_TYPE_OUTPUT_PANE);
  g_clear_pointer (&self->reader, sonde_output_reader_free);

  G_OBJECT_CLASS (sonde_output_pane_parent_class)->dispose (object);
}

static void
sonde_output_pane_finalize (GObject *object)
{
  g_string_free (SONDE_OUTPUT_PANE (object)->unseen, TRUE);

  G_OBJECT_CLASS (sonde_output_pane_parent_class)->finalize (object);
}

static void
sonde_output_pane_class_init (SondeOutputPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_output_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = sonde_output_pane_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/output-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, box);
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, last_line);
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, scroller);
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, toggle);
  gtk_widget_class_bind_template_child (widget_class, SondeOutputPane, view);
  gtk_widget_class_bind_template_callback (widget_class, show_unseen);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sonde_output_pane_init (SondeOutputPane *self)
{
  self->unseen = g_string_new (NULL);
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
  g_string_truncate (self->unseen, 0);
  self->gap = FALSE;
  self->rest_ticks = 0;
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), "", 0);
  gtk_inscription_set_text (self->last_line, _("Nothing written yet"));

  self->reader = sonde_output_reader_new (fd);
  if (self->timeout_id == 0)
    self->timeout_id = g_timeout_add (REFRESH_INTERVAL_MS, on_timeout_cb, self);
}
