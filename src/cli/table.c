/* table.c: a snapshot as lines of text
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/table.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/place.h"
#include "base/text.h"
#include "cli/cells.h"
#include "cli/figures.h"
#include "cli/quality.h"

/* Below this width the two columns of time give way to the names. */
#define TIMES_MIN_COLUMNS 100

#define COUNT_WIDTH 10
#define SHARE_WIDTH 9
#define TIME_WIDTH 12

/* Between two columns of text; and how far these may be cut. */
#define GAP_WIDTH 2
#define NAME_WIDTH_MIN 12
#define FILE_WIDTH_MIN 4
#define MODULE_WIDTH_MIN 4

static const char *
get_mode_name (SondeMode mode)
{
  switch (mode)
    {
    case SONDE_MODE_RUNNING:
      return _("Running");
    case SONDE_MODE_WALL:
      return _("Wall clock");
    case SONDE_MODE_GIL:
      return _("GIL");
    case SONDE_MODE_CPU:
    default:
      return _("CPU");
    }
}

static const char *
get_frames_name (SondeFrames frames)
{
  switch (frames)
    {
    case SONDE_FRAMES_PYTHON:
      return _("Python functions");
    case SONDE_FRAMES_BOTH:
      return _("Python and native functions");
    case SONDE_FRAMES_NATIVE:
    case SONDE_FRAMES_AUTO:
    default:
      return _("native functions");
    }
}

/* Text that grows line by line up to the size of a window. */
typedef struct
{
  GString *text;
  GString *line;    /* the one that is being written */
  guint    columns; /* 0 is no limit */
  guint    lines_left;
} Sheet;

static void
sheet_end_line (Sheet *self)
{
  if (self->lines_left > 0)
    {
      sonde_cells_cut (self->line, self->columns);
      g_string_append_printf (self->text, "%s\n", self->line->str);
      self->lines_left--;
    }

  g_string_truncate (self->line, 0);
}

/* Samples are no product of these: a thread that waits for a CPU counts at each due time, looked at
 * or not, and one that sleeps counts in one mode only.
 */
static void
append_looks (GString             *line,
              const SondeSnapshot *snapshot)
{
  g_autofree char *looks = sonde_figures_dup_count (snapshot->tick_count);
  g_autofree char *elapsed = sonde_figures_dup_time (snapshot->elapsed_ns);

  /* Translators: how often it was looked at all threads, the time that took, and how often a
   * second that was and should have been
   */
  g_string_append_printf (line, ngettext ("%s look in %s: %'.0f of %'.0f Hz",
                                          "%s looks in %s: %'.0f of %'.0f Hz",
                                          (gulong) snapshot->tick_count),
                          looks, elapsed, snapshot->rate_mean_hz, snapshot->rate_asked_hz);
}

static void
append_identity (GString             *line,
                 const SondeSnapshot *snapshot)
{
  const char *program = snapshot->program != NULL ? snapshot->program : "?";
  g_autofree char *name = g_path_get_basename (program);
  g_autofree char *printable = sonde_text_dup_clean (name, strlen (name), '?');

  g_string_append_printf (line, "%s · %d · %s · ", printable, (int) snapshot->pid,
                          get_mode_name (snapshot->query.mode));
  append_looks (line, snapshot);

  if (snapshot->python != NULL)
    g_string_append_printf (line, " · %s", get_frames_name (snapshot->frames));

  if (snapshot->state == SONDE_SESSION_FINISHED && snapshot->end == SONDE_END_PROCESS)
    g_string_append_printf (line, " · %s", _("the process ended"));
  else if (snapshot->stopped)
    g_string_append_printf (line, " · %s", _("stopped by a signal"));

  if (snapshot->exec_count > 0)
    g_string_append_printf (line, " · %s", _("became a new program"));
}

static void
append_samples (GString             *line,
                const SondeSnapshot *snapshot)
{
  g_autofree char *samples = sonde_figures_dup_count (snapshot->mode_count);
  g_autofree char *contention = sonde_quality_dup_contention (snapshot);
  g_autofree char *quality = sonde_quality_dup_text (snapshot, " · ");

  g_string_append_printf (line, ngettext ("%s sample", "%s samples",
                                          (gulong) snapshot->mode_count), samples);
  if (contention != NULL)
    g_string_append_printf (line, " · %s", contention);
  g_string_append_printf (line, " · %s", quality);
}

static void
append_threads (GString             *line,
                const SondeSnapshot *snapshot)
{
  const char *names[SONDE_N_THREAD_STATES] = {
    [SONDE_THREAD_STATE_RUNNING] = _("running"),
    [SONDE_THREAD_STATE_READY] = _("ready"),
    [SONDE_THREAD_STATE_SLEEPING] = _("sleeping"),
    [SONDE_THREAD_STATE_IO] = _("in I/O"),
    [SONDE_THREAD_STATE_STOPPED] = _("stopped"),
  };
  g_autofree char *threads = sonde_figures_dup_count (snapshot->thread_count);
  guint64 whole = 0;

  for (guint i = 0; i < SONDE_N_THREAD_STATES; i++)
    whole += snapshot->state_count[i];

  g_string_append_printf (line, ngettext ("%s thread", "%s threads",
                                          (gulong) snapshot->thread_count), threads);
  for (guint i = 0; i < SONDE_N_THREAD_STATES; i++)
    {
      g_autofree char *share = sonde_figures_dup_share (snapshot->state_count[i], whole);

      if (snapshot->state_count[i] > 0)
        g_string_append_printf (line, " · %s %s", names[i], share);
    }
}

/* Free-threaded Python has no lock. */
static void
append_python (GString             *line,
               const SondeSnapshot *snapshot)
{
  guint64 whole = sonde_snapshot_count_looks (snapshot);
  g_autofree char *has = sonde_figures_dup_share (snapshot->gil_count[SONDE_GIL_HAS], whole);
  g_autofree char *wants = sonde_figures_dup_share (snapshot->gil_count[SONDE_GIL_WANTS], whole);
  g_autofree char *collecting = sonde_figures_dup_share (snapshot->collecting_count, whole);

  /* Translators: shares of the samples whose thread has, or waits for, the global lock of Python,
   * and of those in which garbage is collected
   */
  if (snapshot->has_gil)
    g_string_append_printf (line, _("GIL: has %s, wants %s · GC %s"), has, wants, collecting);
  else
    g_string_append_printf (line, _("GC %s"), collecting);
}

static void
append_titles (GString  *line,
               gboolean  with_times)
{
  sonde_cells_append_right (line, _("Self"), COUNT_WIDTH);
  sonde_cells_append_right (line, _("Self %"), SHARE_WIDTH);
  if (with_times)
    sonde_cells_append_right (line, _("Self time"), TIME_WIDTH);

  sonde_cells_append_right (line, _("Total"), COUNT_WIDTH);
  sonde_cells_append_right (line, _("Total %"), SHARE_WIDTH);
  if (with_times)
    sonde_cells_append_right (line, _("Total time"), TIME_WIDTH);

  g_string_append_printf (line, "  %s", _("Function"));
}

static void
append_figures (GString  *line,
                guint64   count,
                guint64   whole,
                guint64   time_ns,
                gboolean  with_times)
{
  g_autofree char *count_text = sonde_figures_dup_count (count);
  g_autofree char *share_text = sonde_figures_dup_share (count, whole);
  g_autofree char *time_text = sonde_figures_dup_time (time_ns);

  sonde_cells_append_right (line, count_text, COUNT_WIDTH);
  sonde_cells_append_right (line, share_text, SHARE_WIDTH);
  if (with_times)
    sonde_cells_append_right (line, time_text, TIME_WIDTH);
}

/* Where @function is written, in at most @width columns: the name of the file is cut, the number of
 * the line never. "" if there is no room.
 */
static char *
dup_place (const SondeFunction *function,
           guint                width)
{
  g_autoptr(GString) file = NULL;
  g_autofree char *line = NULL;
  guint line_width;

  if (function->file == NULL)
    return g_strdup ("");

  file = g_string_new (sonde_place_get_short_file (function->file));
  line = function->line > 0 ? g_strdup_printf (":%u", function->line) : g_strdup ("");
  line_width = sonde_cells_count (line);
  if (width < line_width + FILE_WIDTH_MIN)
    return g_strdup ("");

  sonde_cells_cut (file, width - line_width);

  return g_strconcat (file->str, line, NULL);
}

/* Of a name and its place, the name is cut first; 0 is no limit to @columns. */
static void
append_function (GString             *line,
                 const SondeFunction *function,
                 guint                columns)
{
  guint used = sonde_cells_count (line->str) + 2 * GAP_WIDTH;
  guint width = columns == 0 ? G_MAXUINT : columns > used ? columns - used : 0;
  guint name_width = MIN (sonde_cells_count (function->name), NAME_WIDTH_MIN);
  g_autofree char *place = dup_place (function, width > name_width ? width - name_width : 0);
  g_autoptr(GString) name = g_string_new (function->name);

  if (columns > 0 && place[0] != '\0')
    sonde_cells_cut (name, width - sonde_cells_count (place));
  g_string_append_printf (line, "  %s", name->str);

  if (place[0] != '\0')
    g_string_append_printf (line, "  %s", place);

  /* The end of what is cut is an ellipsis, which must not lie on the number. */
  if (function->module != NULL &&
      (columns == 0 || sonde_cells_count (line->str) + GAP_WIDTH + MODULE_WIDTH_MIN <= columns))
    {
      g_autofree char *module = g_path_get_basename (function->module);

      g_string_append_printf (line, "  (%s)", module);
    }
}

static void
append_row (GString                    *line,
            const SondeSnapshot        *snapshot,
            const SondeFunctionFigures *row,
            gboolean                    with_times,
            guint                       columns)
{
  append_figures (line, row->self_count, snapshot->scope_count, row->self_ns, with_times);
  append_figures (line, row->total_count, snapshot->scope_count, row->total_ns, with_times);
  append_function (line, row->function, columns);
}

char *
sonde_table_dup_text (const SondeSnapshot *snapshot,
                      guint                columns,
                      guint                lines)
{
  gboolean with_times = columns == 0 || columns >= TIMES_MIN_COLUMNS;
  g_autoptr(GString) line = g_string_new (NULL);
  Sheet sheet = { .line = line, .columns = columns, .lines_left = lines > 0 ? lines : G_MAXUINT };

  g_return_val_if_fail (snapshot != NULL, NULL);

  sheet.text = g_string_new (NULL);
  append_identity (line, snapshot);
  sheet_end_line (&sheet);
  append_samples (line, snapshot);
  sheet_end_line (&sheet);
  append_threads (line, snapshot);
  sheet_end_line (&sheet);
  if (snapshot->is_readable)
    {
      append_python (line, snapshot);
      sheet_end_line (&sheet);
    }
  sheet_end_line (&sheet);
  append_titles (line, with_times);
  sheet_end_line (&sheet);

  for (guint i = 0; i < snapshot->n_rows && sheet.lines_left > 0; i++)
    {
      append_row (line, snapshot, &snapshot->rows[i], with_times, columns);
      sheet_end_line (&sheet);
    }

  return g_string_free (sheet.text, FALSE);
}
