/* record.c: sonde-cli record
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/commands.h"

#include <glib/gi18n.h>

#include "cli/figures.h"
#include "cli/output.h"
#include "cli/pick.h"
#include "cli/quality.h"
#include "cli/report.h"
#include "cli/stats.h"
#include "cli/watch.h"

/* The figures say how many samples have no name, so they come after the names. */
#define NAMES_TIMEOUT_S 30

/* Children that took less than this part of the time are not worth a line. */
#define CHILDREN_PART 100

/* NULL after having said why. */
static SondeEngine *
start_engine (const SondeOptions *options)
{
  SondeLaunch launch = { .argv = options->argv, .output_fd = -1 };
  SondeEngine *engine = NULL;
  g_autoptr(GError) error = NULL;
  SondeSettings settings;
  guint64 start_ticks = 0;
  pid_t pid = 0;

  sonde_settings_init (&settings);
  settings.rate_hz = options->rate_hz;
  settings.query.mode = options->mode;
  settings.query.frames = options->frames;
  settings.with_tasks = options->with_tasks;
  settings.query.row_limit = 0;

  if (options->argv != NULL)
    engine = sonde_engine_new_launch (&launch, &settings);
  else if (sonde_pick_process (options->target, &pid, &start_ticks, &error))
    engine = sonde_engine_new_attach (pid, start_ticks, &settings);
  else
    sonde_report_error (error);

  sonde_settings_clear (&settings);

  return engine;
}

/* Where nothing was counted, since nothing that was seen ran. */
static void
print_hint (const SondeSnapshot *snapshot)
{
  gboolean is_awake = snapshot->query.mode == SONDE_MODE_CPU ||
                      snapshot->query.mode == SONDE_MODE_RUNNING;

  if (!is_awake || snapshot->scope_count > 0 || snapshot->sample_count == 0)
    return;

  if (snapshot->frames == SONDE_FRAMES_PYTHON)
    g_printerr (_("sonde-cli: no thread of Python ran: -m wall counts those that wait too, "
                  "--frames native has all other threads\n"));
  else
    g_printerr (_("sonde-cli: no thread ran: -m wall counts those that wait too\n"));
}

/* Where much of what was counted is no work of the process, and was taken for that. */
static void
print_contention (const SondeSnapshot *snapshot)
{
  g_autofree char *contention = sonde_quality_dup_contention (snapshot);

  if (contention == NULL || snapshot->query.mode != SONDE_MODE_CPU)
    return;

  /* Translators: %s is, as an example, "other programs took the CPU 38.0 % of the time" */
  g_printerr (_("sonde-cli: %s: -m running leaves that out\n"), contention);
}

/* What a compiler does is no work of make. */
static void
print_children (const SondeSnapshot *snapshot)
{
  g_autofree char *time = sonde_figures_dup_time (snapshot->children_cpu_ns);

  if (snapshot->children_cpu_ns * CHILDREN_PART <= snapshot->elapsed_ns)
    return;

  /* Translators: %s is a time, as "3.21 s" */
  g_printerr (_("sonde-cli: what the program started was not looked at: it took %s of CPU time\n"),
              time);
}

static void
print_rate (const SondeSnapshot *snapshot)
{
  g_autofree char *rate = sonde_quality_dup_rate (snapshot);

  if (rate != NULL)
    g_printerr ("sonde-cli: %s\n", rate);
}

/* On standard error, so that it never mixes with the stacks, whose counts add up to its samples. */
static void
print_summary (const SondeOptions  *options,
               const SondeSnapshot *snapshot)
{
  g_autofree char *samples = sonde_figures_dup_count (snapshot->scope_count);
  g_autofree char *elapsed = sonde_figures_dup_time (snapshot->elapsed_ns);
  g_autofree char *quality = sonde_quality_dup_text (snapshot, ", ");

  if (options->argv != NULL && snapshot->end != SONDE_END_PROCESS)
    g_printerr (_("sonde-cli: the program goes on as process %d\n"), (int) snapshot->pid);

  /* Translators: the last part tells what is truncated, unnamed and lost */
  g_printerr (ngettext ("sonde-cli: %s sample in %s, %s\n", "sonde-cli: %s samples in %s, %s\n",
                        (gulong) snapshot->scope_count),
              samples, elapsed, quality);
}

static gboolean
write_stats (const SondeOptions   *options,
             const SondeSnapshot  *snapshot,
             GError              **error)
{
  g_autofree char *stats = sonde_stats_dup_json (snapshot);

  return options->stats == NULL || sonde_output_write (options->stats, stats, error);
}

static gboolean
write_results (const SondeOptions   *options,
               SondeEngine          *engine,
               const SondeSnapshot  *snapshot,
               GError              **error)
{
  g_autofree char *folded = sonde_engine_dup_folded (engine, options->with_threads);

  return sonde_output_write (options->output, folded, error) &&
         write_stats (options, snapshot, error);
}

int
sonde_command_record (const SondeOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeEngine) engine = NULL;
  g_autoptr(SondeWatch) watch = NULL;
  g_autoptr(SondeSnapshot) snapshot = NULL;

  if (!sonde_output_check (options->output, &error) ||
      (options->stats != NULL && !sonde_output_check (options->stats, &error)))
    return sonde_report_error (error);

  engine = start_engine (options);
  if (engine == NULL)
    return SONDE_EXIT_FAILED;

  watch = sonde_watch_new (engine, options->duration_s);
  sonde_watch_set_names_timeout (watch, NAMES_TIMEOUT_S);
  snapshot = sonde_watch_run (watch, NULL, NULL);

  if (snapshot->state == SONDE_SESSION_FAILED)
    {
      if (!write_stats (options, snapshot, &error))
        sonde_report_error (error);
      return sonde_report_obstacle (&snapshot->obstacle, "record -p");
    }

  /* What was found before something came in the way is worth keeping. */
  if (!write_results (options, engine, snapshot, &error))
    return sonde_report_error (error);

  sonde_report_frames (options->frames, snapshot->python, snapshot->is_readable);
  sonde_report_hindrance (snapshot->hindrance);
  sonde_report_tasks (options->with_tasks, snapshot->python, snapshot->is_readable,
                      snapshot->has_tasks);
  sonde_report_mode (options->mode, snapshot->python, snapshot->is_readable,
                     snapshot->has_gil);
  print_hint (snapshot);
  print_contention (snapshot);
  print_children (snapshot);
  print_rate (snapshot);
  print_summary (options, snapshot);
  sonde_report_unmatched (snapshot->unmatched_count);

  return snapshot->end == SONDE_END_OBSTACLE
         ? sonde_report_obstacle (&snapshot->obstacle, "record -p") : SONDE_EXIT_DONE;
}
