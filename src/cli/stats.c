/* stats.c: the figures of a recording as JSON
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/stats.h"

#include <json-glib/json-glib.h>

static void
add_count (JsonBuilder *builder,
           const char  *name,
           guint64      count)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) count);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            double       number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, number);
}

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_losses (JsonBuilder       *builder,
            const SondeLosses *losses)
{
  json_builder_set_member_name (builder, "lost");
  json_builder_begin_object (builder);
  for (guint i = 0; i < SONDE_N_LOSSES; i++)
    add_count (builder, sonde_loss_get_keyword ((SondeLoss) i), losses->count[i]);

  json_builder_end_object (builder);
}

static const char *
get_mode_keyword (SondeMode mode)
{
  switch (mode)
    {
    case SONDE_MODE_RUNNING:
      return "running";
    case SONDE_MODE_WALL:
      return "wall";
    case SONDE_MODE_GIL:
      return "gil";
    case SONDE_MODE_CPU:
    default:
      return "cpu";
    }
}

static const char *
get_frames_keyword (SondeFrames frames)
{
  switch (frames)
    {
    case SONDE_FRAMES_PYTHON:
      return "python";
    case SONDE_FRAMES_BOTH:
      return "both";
    case SONDE_FRAMES_NATIVE:
    case SONDE_FRAMES_AUTO:
    default:
      return "native";
    }
}

static const char *
get_hindrance_keyword (SondeHindrance hindrance)
{
  switch (hindrance)
    {
    case SONDE_HINDRANCE_CPUS:
      return "cpus";
    case SONDE_HINDRANCE_PRIORITY:
      return "priority";
    case SONDE_HINDRANCE_NONE:
    default:
      return "";
    }
}

static const char *
get_end_keyword (const SondeSnapshot *snapshot)
{
  if (snapshot->state == SONDE_SESSION_FAILED)
    return "failed";

  switch (snapshot->end)
    {
    case SONDE_END_PROCESS:
      return "process";
    case SONDE_END_OBSTACLE:
      return "failed";
    case SONDE_END_NONE:
    case SONDE_END_STOPPED:
    default:
      return "stopped";
    }
}

/* Samples of all threads, whatever the mode. */
static void
add_states (JsonBuilder   *builder,
            const guint64  counts[SONDE_N_THREAD_STATES])
{
  json_builder_set_member_name (builder, "states");
  json_builder_begin_object (builder);
  add_count (builder, "running", counts[SONDE_THREAD_STATE_RUNNING]);
  add_count (builder, "ready", counts[SONDE_THREAD_STATE_READY]);
  add_count (builder, "sleeping", counts[SONDE_THREAD_STATE_SLEEPING]);
  add_count (builder, "io", counts[SONDE_THREAD_STATE_IO]);
  add_count (builder, "stopped", counts[SONDE_THREAD_STATE_STOPPED]);
  json_builder_end_object (builder);
}

/* The same. */
static void
add_gil (JsonBuilder   *builder,
         const guint64  counts[SONDE_N_GILS])
{
  json_builder_set_member_name (builder, "gil");
  json_builder_begin_object (builder);
  add_count (builder, "has", counts[SONDE_GIL_HAS]);
  add_count (builder, "wants", counts[SONDE_GIL_WANTS]);
  add_count (builder, "neither", counts[SONDE_GIL_NEITHER]);
  json_builder_end_object (builder);
}

char *
sonde_stats_dup_json (const SondeSnapshot *snapshot)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonGenerator) generator = json_generator_new ();
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *json = NULL;

  g_return_val_if_fail (snapshot != NULL, NULL);

  json_builder_begin_object (builder);
  add_count (builder, "pid", (guint64) snapshot->pid);
  add_text (builder, "program", snapshot->program != NULL ? snapshot->program : "");
  add_text (builder, "mode", get_mode_keyword (snapshot->query.mode));
  add_text (builder, "frames", get_frames_keyword (snapshot->frames));
  add_text (builder, "hindrance", get_hindrance_keyword (snapshot->hindrance));
  add_text (builder, "python", snapshot->python != NULL ? snapshot->python : "");
  add_text (builder, "end", get_end_keyword (snapshot));
  add_count (builder, "samples", snapshot->sample_count);
  add_count (builder, "samples_in_mode", snapshot->scope_count);
  add_count (builder, "ticks", snapshot->tick_count);
  add_number (builder, "rate_asked", snapshot->rate_asked_hz);
  add_number (builder, "rate_achieved", snapshot->rate_mean_hz);
  add_losses (builder, &snapshot->losses);
  add_count (builder, "truncated", snapshot->truncated_count);
  add_count (builder, "cut", snapshot->cut_count);
  add_count (builder, "unnamed", snapshot->unnamed_count);
  add_count (builder, "threads", snapshot->thread_count);
  add_count (builder, "unmatched", snapshot->unmatched_count);
  add_count (builder, "torn", snapshot->losses.count[SONDE_LOSS_TORN]);
  add_states (builder, snapshot->state_count);
  add_gil (builder, snapshot->gil_count);
  add_count (builder, "guessed_in_all_modes", snapshot->guessed_count);
  add_count (builder, "gc", snapshot->collecting_count);
  add_count (builder, "execs", snapshot->exec_count);
  add_number (builder, "duration_s", (double) snapshot->elapsed_ns / 1e9);
  add_number (builder, "children_cpu_s", (double) snapshot->children_cpu_ns / 1e9);
  add_number (builder, "sampler_cpu_s", (double) snapshot->sampler_cpu_ns / 1e9);
  add_number (builder, "target_stopped_s", (double) snapshot->stopped_ns / 1e9);
  add_number (builder, "stop_p50_s", (double) snapshot->stopped_p50_ns / 1e9);
  add_number (builder, "stop_p99_s", (double) snapshot->stopped_p99_ns / 1e9);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  json = json_generator_to_data (generator, NULL);

  return g_strconcat (json, "\n", NULL);
}
