/* bench-symbols.c: how long names take
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   bench-symbols TARGET
 *
 * From the start of a session on a process that nobody looked at before to the first snapshot with
 * a name; the same for the symbolizer alone, on an address of this program and on one of libc; and
 * what an address costs once it is known. Medians; the files are in the page cache.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "support/statistics.h"
#include "symbolizer/symbolizer.h"

#define COMMAND "./dev bench symbols"
#define N_ROUNDS 9
#define N_KNOWN 2000000
#define PATIENCE_US (10 * G_USEC_PER_SEC)

static void
add_ms (GArray  *values,
        guint64  start_ns)
{
  double ms = (double) (sonde_clock_now_ns () - start_ns) / 1e6;

  g_array_append_val (values, ms);
}

/* The target, once it has said that it is ready. */
static GSubprocess *
start_target (const char *path)
{
  GSubprocess *target = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, path, NULL);
  char line[64];

  if (target == NULL ||
      g_input_stream_read (g_subprocess_get_stdout_pipe (target), line, sizeof line, NULL,
                           NULL) <= 0)
    g_error ("%s does not start", path);

  return target;
}

static gboolean
has_name (const SondeSnapshot *snapshot)
{
  for (guint i = 0; i < snapshot->n_rows; i++)
    if (!snapshot->rows[i].function->provisional)
      return TRUE;

  return FALSE;
}

static void
wait_for_name (SondeEngine *engine)
{
  for (;;)
    {
      g_autoptr(SondeSnapshot) snapshot = sonde_engine_wait_snapshot (engine, PATIENCE_US);

      if (snapshot == NULL || snapshot->state == SONDE_SESSION_FAILED)
        g_error ("no snapshot of the target");
      if (has_name (snapshot))
        return;
    }
}

static void
measure_session (const char *path)
{
  g_autoptr(GArray) times_ms = g_array_new (FALSE, FALSE, sizeof (double));
  SondeSettings settings;

  sonde_settings_init (&settings);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr(GSubprocess) target = start_target (path);
      pid_t pid = (pid_t) atoi (g_subprocess_get_identifier (target));
      guint64 start_ns = sonde_clock_now_ns ();
      g_autoptr(SondeEngine) engine = sonde_engine_new_attach (pid, 0, &settings);

      wait_for_name (engine);
      add_ms (times_ms, start_ns);
      g_subprocess_force_exit (target);
      g_subprocess_wait (target, NULL, NULL);
    }
  sonde_settings_clear (&settings);

  g_print ("first name in a snapshot of a fresh process\t%.0f ms\t-\t" COMMAND "\n",
           test_get_median (times_ms));
}

/* Asked, and called by its name; then asked again very often. */
static void
measure_address (const char   *what,
                 SondeAddress  address)
{
  g_autoptr(GArray) times_ms = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GArray) known_ns = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr(SondeFunctions) functions = sonde_functions_new ();
      g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);
      g_autoptr(SondeSymbolizer) symbolizer = sonde_symbolizer_new (getpid (), functions);
      g_autoptr(GArray) renames = g_array_new (FALSE, FALSE, sizeof (SondeRename));
      guint64 start_ns = sonde_clock_now_ns ();
      double ns;

      sonde_symbolizer_set_maps (symbolizer, maps);
      sonde_symbolizer_resolve (symbolizer, address);
      if (!sonde_symbolizer_wait (symbolizer, PATIENCE_US) ||
          !sonde_symbolizer_take_renames (symbolizer, renames))
        g_error ("no name came");
      add_ms (times_ms, start_ns);

      start_ns = sonde_clock_now_ns ();
      for (guint j = 0; j < N_KNOWN; j++)
        sonde_symbolizer_resolve (symbolizer, address);
      ns = (double) (sonde_clock_now_ns () - start_ns) / N_KNOWN;
      g_array_append_val (known_ns, ns);
    }

  g_print ("name of a new address, %s\t%.1f ms\t-\t" COMMAND "\n", what,
           test_get_median (times_ms));
  g_print ("name of a known address, %s\t%.0f ns\t-\t" COMMAND "\n", what,
           test_get_median (known_ns));
}

int
main (int   argc,
      char *argv[])
{
  if (argc != 2)
    return 2;

  measure_session (argv[1]);
  measure_address ("this program", (SondeAddress) GPOINTER_TO_SIZE (main));
  measure_address ("libc", (SondeAddress) GPOINTER_TO_SIZE (strtol));

  return 0;
}
