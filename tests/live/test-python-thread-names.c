/* test-python-thread-names.c: names of threads, as every Python that is installed keeps them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/python-names.h"
#include "python/thread-names.h"
#include "support/damaged-memory.h"
#include "support/python-target.h"
#include "support/python-versions.h"

/* Enough that the dict of threads is no small one. */
#define MANY 60

/* For how long a CPU is not ours, and a time in which all names are read. If it were all of our
 * own, names would be read again after a thousand times as long.
 */
#define LATE_US 50000
#define SLOW_NS (40 * SONDE_NS_PER_SECOND)

/* Says the name of each thread as it should be seen; when the script is told to, one has another
 * name, and one ends.
 */
#define SCRIPT \
  "import os, signal, sys, threading, time\n" \
  "end = threading.Event()\n" \
  "def start(name, wait=lambda: time.sleep(600)):\n" \
  "  thread = threading.Thread(target=wait, name=name, daemon=True)\n" \
  "  thread.start()\n" \
  "  return thread\n" \
  "class Odd(threading.Thread):\n" \
  "  def __init__(self, **words):\n" \
  "    super().__init__(**words)\n" \
  "    for i in range(100):\n" \
  "      setattr(self, 'word%d' % i, i)\n" \
  "  def run(self):\n" \
  "    time.sleep(600)\n" \
  "plain = start('plain')\n" \
  "start('w\\u00f6rker \\u2713')\n" \
  "vars(start('with a dict'))['extra'] = 1\n" \
  "start('before').name = 'renamed'\n" \
  "Odd(name='odd', daemon=True).start()\n" \
  "short = start('short', end.wait)\n" \
  "for i in range(60):\n" \
  "  start('many %d' % i)\n" \
  "signal.signal(signal.SIGUSR1, lambda *_: end.set())\n" \
  "lines = ['name %d %s\\n' % (t.ident, t.name) for t in threading.enumerate()]\n" \
  "os.write(1, ''.join(lines).encode() + b'ready \\n')\n" \
  "while short.is_alive():\n" \
  "  time.sleep(0.01)\n" \
  "short.join()\n" \
  "plain.name = 'other'\n" \
  "os.write(1, b'ended %d %d\\n' % (short.ident, plain.ident))\n" \
  "time.sleep(600)\n"

typedef struct
{
  TestPythonTarget target;
  SondeAddress     interpreter;
} Fixture;

static void
start (Fixture          *fixture,
       const TestPython *python)
{
  const TestPythonTarget *target = &fixture->target;

  test_python_target_init (&fixture->target, python, SCRIPT);
  g_assert_true (sonde_python_memory_read_word (
    &target->memory, target->location.runtime + target->location.offsets.runtime.interpreters_head,
    &fixture->interpreter));
}

/* All names are as the target said. */
static void
assert_all (const Fixture          *fixture,
            SondePythonThreadNames *names)
{
  g_autofree char *output = test_program_dup_output (fixture->target.program);
  g_auto(GStrv) lines = g_strsplit (output, "\n", -1);
  guint count = 0;

  for (guint i = 0; g_str_has_prefix (lines[i], "name "); i++, count++)
    {
      char *name;
      guint64 ident = g_ascii_strtoull (lines[i] + strlen ("name "), &name, 10);

      g_assert_cmpstr (sonde_python_thread_names_find (names, ident), ==, name + 1);
    }
  g_assert_cmpuint (count, ==, MANY + 7);
  g_assert_null (sonde_python_thread_names_find (names, 1));
}

/* One thread ends and one has another name: both are seen when it is their turn. */
static void
assert_changes (const Fixture          *fixture,
                SondePythonThreadNames *names)
{
  g_autofree char *output = NULL;
  guint64 ended;
  guint64 renamed;
  char *rest;

  test_program_signal (fixture->target.program, SIGUSR1);
  test_program_wait_for (fixture->target.program, "ended ");
  output = test_program_dup_output (fixture->target.program);
  ended = g_ascii_strtoull (strstr (output, "ended ") + strlen ("ended "), &rest, 10);
  renamed = g_ascii_strtoull (rest, NULL, 10);

  g_assert_cmpstr (sonde_python_thread_names_find (names, ended), ==, "short");
  g_assert_false (sonde_python_thread_names_refresh (names, G_MAXUINT, 0));
  g_assert_null (sonde_python_thread_names_find (names, ended));
  g_assert_cmpstr (sonde_python_thread_names_find (names, renamed), ==, "plain");

  for (guint i = 0; i < MANY + 6; i++)
    sonde_python_thread_names_refresh (names, 0, 1);
  g_assert_cmpstr (sonde_python_thread_names_find (names, renamed), ==, "other");

  /* Another thread has its place. */
  sonde_python_thread_names_forget (names, renamed);
  g_assert_null (sonde_python_thread_names_find (names, renamed));
  g_assert_true (sonde_python_thread_names_refresh (names, 1, 0));
  g_assert_cmpstr (sonde_python_thread_names_find (names, renamed), ==, "other");
}

static void
test_python_thread_names_version (gconstpointer data)
{
  Fixture fixture;
  g_autoptr(SondePythonThreadNames) names = NULL;
  guint count;

  start (&fixture, data);
  names = sonde_python_thread_names_new (&fixture.target.memory, &fixture.target.location.offsets,
                                         fixture.interpreter);
  g_assert_null (sonde_python_thread_names_find (names, 1));

  /* As many at a time as is asked for. */
  for (guint i = 0; i < MANY + 7; i += 10)
    {
      g_assert_cmpuint (sonde_python_thread_names_get_count (names), ==, i);
      g_assert_true (sonde_python_thread_names_refresh (names, 10, 0));
    }
  g_assert_false (sonde_python_thread_names_refresh (names, 10, 10));
  assert_all (&fixture, names);
  assert_changes (&fixture, names);

  /* Nothing is there: what was known stays. */
  count = sonde_python_thread_names_get_count (names);
  test_program_signal (fixture.target.program, SIGKILL);
  test_program_wait (fixture.target.program);
  g_assert_false (sonde_python_thread_names_refresh (names, G_MAXUINT, G_MAXUINT));
  g_assert_cmpuint (sonde_python_thread_names_get_count (names), ==, count);

  test_python_target_clear (&fixture.target);
}

/* Whatever is in its memory, it ends, and every name is clean. */
static void
test_python_thread_names_damaged (gconstpointer data)
{
  Fixture fixture;
  g_autofree char *output = NULL;
  guint64 ident;
  guint found = 0;

  start (&fixture, data);
  output = test_program_dup_output (fixture.target.program);
  ident = g_ascii_strtoull (output + strlen ("name "), NULL, 10);

  for (guint i = 0; i < 200; i++)
    {
      DamagedMemory damage = { fixture.target.program->pid, i, 64 << i % 12 };
      SondePythonMemory memory = damaged_memory_get (&damage);
      g_autoptr(SondePythonThreadNames) names =
        sonde_python_thread_names_new (&memory, &fixture.target.location.offsets,
                                       fixture.interpreter);
      const char *name;

      sonde_python_thread_names_refresh (names, G_MAXUINT, 2);
      damage.seed += 1000;
      sonde_python_thread_names_refresh (names, G_MAXUINT, 2);
      name = sonde_python_thread_names_find (names, ident);
      found += name != NULL;
      g_assert_true (name == NULL ||
                     (g_utf8_validate (name, -1, NULL) && strchr (name, '\n') == NULL));
    }

  /* Else the damage was too great to come anywhere. */
  g_assert_cmpuint (found, >, 0);
  test_python_target_clear (&fixture.target);
}

/* A memory whose next read is late, since others have the CPU: of this machine, or of its host, who
 * lets what we lose look like CPU time of ours.
 */
typedef struct
{
  const SondePythonMemory *memory;
  gboolean                 is_late;
  gboolean                 is_stolen;
} SlowMemory;

static void
be_late (SlowMemory *self)
{
  guint64 cpu_ns = sonde_clock_thread_cpu_ns ();

  if (self->is_late)
    g_usleep (LATE_US);
  while (self->is_stolen && sonde_clock_thread_cpu_ns () < cpu_ns + (guint64) LATE_US * 1000)
    ;

  self->is_late = FALSE;
  self->is_stolen = FALSE;
}

static gsize
read_slowly_cb (gpointer     data,
                SondeAddress address,
                gpointer     buffer,
                gsize        length)
{
  SlowMemory *self = data;

  be_late (self);

  return self->memory->read (self->memory->data, address, buffer, length);
}

static guint
read_pieces_slowly_cb (gpointer                data,
                       const SondeMemoryPiece *pieces,
                       guint                   n_pieces)
{
  SlowMemory *self = data;

  be_late (self);

  return self->memory->read_pieces (self->memory->data, pieces, n_pieces);
}

/* How often names are looked at again hangs on the time that it takes us, not on that for which
 * others have our CPU.
 */
static void
test_python_thread_names_slow (gconstpointer data)
{
  Fixture fixture;
  const TestPythonTarget *target = &fixture.target;
  SlowMemory slow = { .memory = &fixture.target.memory };
  SondePythonMemory memory = { read_slowly_cb, read_pieces_slowly_cb, &slow };
  g_autoptr(SondePythonNames) names = NULL;
  const SondePythonThread *plain = NULL;
  g_autofree char *output = NULL;
  guint64 ident;

  start (&fixture, data);
  g_assert_true (sonde_python_refresh (target->python));
  names = sonde_python_names_new (target->python, &memory, &target->location.offsets);
  sonde_python_names_read_all (names);
  slow.is_stolen = TRUE;
  sonde_python_names_poll (names, 0);
  test_program_signal (target->program, SIGUSR1);
  test_program_wait_for (target->program, "ended ");
  output = test_program_dup_output (target->program);
  g_assert_cmpint (sscanf (strstr (output, "ended "), "ended %*u %" G_GUINT64_FORMAT, &ident), ==,
                   1);
  for (guint i = 0; i < sonde_python_get_count (target->python); i++)
    if (sonde_python_get_thread (target->python, i)->ident == ident)
      plain = sonde_python_get_thread (target->python, i);
  g_assert_nonnull (plain);

  for (guint64 now_ns = 0;
       g_strcmp0 (sonde_python_names_find (names, plain->tid), "other") != 0;
       now_ns += SONDE_NS_PER_SECOND / 4)
    {
      g_assert_cmpuint (now_ns, <, SLOW_NS);
      slow.is_late = TRUE;
      sonde_python_names_poll (names, now_ns);
    }
  test_python_target_clear (&fixture.target);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GPtrArray) pythons = NULL;
  const TestPython *newest = NULL;

  g_test_init (&argc, &argv, NULL);
  pythons = pythons_list ();
  for (guint i = 0; i < pythons->len; i++)
    {
      const TestPython *python = g_ptr_array_index (pythons, i);
      g_autofree char *path = g_strdup_printf ("/python/thread-names/version/%s", python->name);

      if (python->version < PYTHON_OLDEST || python->version > PYTHON_NEWEST)
        continue;

      g_test_add_data_func (path, python, test_python_thread_names_version);
      newest = python;
    }
  g_assert_nonnull (newest);
  g_test_add_data_func ("/python/thread-names/damaged", newest, test_python_thread_names_damaged);
  g_test_add_data_func ("/python/thread-names/slow", newest, test_python_thread_names_slow);

  return g_test_run ();
}
