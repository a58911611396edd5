/* bench-holds.c: for how long threads are held while Sonde has other things to do
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * There are more threads than CPUs, so that one is on its way to its stop at most times. Each kind
 * of work is measured beside a session without it, in the same minute. Prints each figure as a line
 * of four fields with tabs between them.
 */

#include "config.h"

#include "base/clock.h"
#include "engine/engine.h"
#include "support/program.h"

#define WAIT_US (10 * G_USEC_PER_SEC)
#define SETTLE_US (G_USEC_PER_SEC / 2)
#define MEASURE_US (2 * G_USEC_PER_SEC)
#define STEP_US 15000

#define COMMAND "./dev bench holds"

typedef void (*Disturb) (SondeEngine   *engine,
                         SondeSettings *settings,
                         guint          step);

static SondeSnapshot *
take_last (SondeEngine *engine)
{
  SondeSnapshot *last = NULL;

  sonde_engine_stop (engine);
  while (last == NULL || last->state == SONDE_SESSION_SAMPLING)
    {
      g_clear_pointer (&last, sonde_snapshot_unref);
      last = sonde_engine_wait_snapshot (engine, WAIT_US);
      if (last == NULL)
        g_error ("no snapshot of the target");
    }

  return last;
}

/* How long 99 of 100 stops took at most. */
static guint64
measure (pid_t   pid,
         Disturb disturb)
{
  g_autoptr(SondeEngine) engine = NULL;
  g_autoptr(SondeSnapshot) last = NULL;
  SondeSettings settings;
  gint64 end_us;

  sonde_settings_init (&settings);
  engine = sonde_engine_new_attach (pid, 0, &settings);
  g_usleep (SETTLE_US);
  end_us = g_get_monotonic_time () + MEASURE_US;
  for (guint step = 0; g_get_monotonic_time () < end_us; step++)
    {
      if (disturb != NULL)
        disturb (engine, &settings, step);
      g_usleep (STEP_US);
    }

  last = take_last (engine);
  sonde_settings_clear (&settings);

  return last->stopped_p99_ns;
}

static void
show (const char *what,
      guint64     p99_ns)
{
  g_print ("stop p99, %s\t%.2f ms\t-\t" COMMAND "\n", what, (double) p99_ns / 1e6);
}

static TestProgram *
start_storm (const char *module)
{
  g_autofree char *count = test_dup_number (2 * (gint64) g_get_num_processors ());

  return test_target_start ("storm", count, module, NULL);
}

/* A key in the filter, and the one that deletes it. */
static void
type_cb (SondeEngine   *engine,
         SondeSettings *settings,
         guint          step)
{
  g_free (settings->query.filter);
  settings->query.filter = g_strdup (step % 2 == 0 ? "/function_.*[a-f].*1/" : "/function_.*/");
  sonde_engine_set_settings (engine, settings);
}

static void
pause_cb (SondeEngine   *engine,
          SondeSettings *settings,
          guint          step)
{
  settings->frozen = step % 2 == 0;
  sonde_engine_set_settings (engine, settings);
}

static void
look_at_other_cb (SondeEngine   *engine,
                  SondeSettings *settings,
                  guint          step)
{
  settings->query.mode = step % 2 == 0 ? SONDE_MODE_WALL : SONDE_MODE_CPU;
  sonde_engine_set_settings (engine, settings);
}

static void
measure_client (void)
{
  static const struct
  {
    const char *name;
    Disturb     disturb;
  } works[] = { { "nothing besides", NULL }, { "keys in the filter", type_cb },
                { "pause", pause_cb }, { "another mode", look_at_other_cb } };
  g_autoptr(TestProgram) target = start_storm (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (works); i++)
    show (works[i].name, measure (target->pid, works[i].disturb));
}

/* A program that maps code all the time has a map that is read again and again. */
static void
measure_loading (void)
{
  g_autofree char *module = test_dup_target_path ("module.so");
  g_autoptr(TestProgram) target = start_storm (module);

  show ("libraries loaded and unloaded", measure (target->pid, NULL));
}

int
main (int   argc,
      char *argv[])
{
  measure_client ();
  measure_loading ();

  return 0;
}
