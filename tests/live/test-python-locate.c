/* test-python-locate.c: CPython found in a process, every version that is installed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/clock.h"
#include "python/locate.h"
#include "python/locate-native-code.h"
#include "support/damaged-memory.h"
#include "support/program.h"
#include "support/python-versions.h"
#include "support/pythons.h"

#define OLDEST_WITH_NATIVE_ID 0x030b

/* The least that the interpreter's loop has, with all its parts; 34 KiB in 3.8. */
#define EVAL_BYTES_MIN (24 * 1024)

/* Prints what pthread_self() gives to its main thread, and waits. */
#define SCRIPT \
  "import sys, time\n" \
  "try:\n" \
  "  import _thread\n" \
  "except ImportError:\n" \
  "  import thread as _thread\n" \
  "sys.stdout.write('ready %d\\n' % _thread.get_ident())\n" \
  "sys.stdout.flush()\n" \
  "time.sleep(600)\n"

static TestProgram *
start_python (const char *path)
{
  const char *const argv[] = { path, "-S", "-c", SCRIPT, NULL };
  TestProgram *program = test_program_start (argv);

  test_program_wait_for (program, "ready ");

  return program;
}

static SondePythonFinding
locate (pid_t                pid,
        SondePythonLocation *location)
{
  SondePythonMemory memory = sonde_python_memory_of_process (pid);
  g_autoptr(SondePythonLocator) locator = sonde_python_locator_new (&memory, pid);
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeMaps) maps = sonde_maps_read (pid, &error);

  g_assert_no_error (error);

  return sonde_python_locator_look (locator, maps, sonde_clock_now_ns (), location);
}

static guint64
read_word (pid_t        pid,
           SondeAddress address)
{
  SondePythonMemory memory = sonde_python_memory_of_process (pid);
  guint64 word;

  g_assert_true (sonde_python_memory_read_word (&memory, address, &word));

  return word;
}

/* Its only thread is the main thread of the process. */
static void
check_thread (TestProgram               *program,
              const SondePythonLocation *location)
{
  const SondePythonOffsets *offsets = &location->offsets;
  g_autofree char *output = test_program_dup_output (program);
  guint64 ident = g_ascii_strtoull (strstr (output, "ready ") + strlen ("ready "), NULL, 10);
  guint64 interpreter = read_word (program->pid,
                                   location->runtime + offsets->runtime.interpreters_head);
  guint64 thread = read_word (program->pid, interpreter + offsets->interpreter.threads_head);

  g_assert_cmpuint (read_word (program->pid, interpreter + offsets->interpreter.next), ==, 0);
  g_assert_cmpuint (read_word (program->pid, interpreter + offsets->interpreter.id), ==, 0);
  g_assert_cmpuint (read_word (program->pid, thread + offsets->thread.next), ==, 0);
  g_assert_cmphex (read_word (program->pid, thread + offsets->thread.thread_id), ==, ident);
  if (location->version >= OLDEST_WITH_NATIVE_ID)
    g_assert_cmpuint (read_word (program->pid, thread + offsets->thread.native_thread_id), ==,
                      program->pid);
}

static void
check_evals (pid_t                      pid,
             const SondePythonLocation *location)
{
  g_autoptr(SondeMaps) maps = sonde_maps_read (pid, NULL);
  guint64 sum = 0;

  g_assert_cmpuint (location->n_evals, >=, 1);
  for (guint i = 0; i < location->n_evals; i++)
    {
      const SondePythonRange *range = &location->evals[i];
      const SondeMapping *mapping = sonde_maps_find (maps, range->start);

      g_test_message ("eval: %" G_GUINT64_FORMAT " bytes", range->end - range->start);
      g_assert_nonnull (mapping);
      g_assert_true (mapping->executable);
      g_assert_cmpuint (range->start, <, range->end);
      g_assert_cmpuint (range->end, <=, mapping->end);
      sum += range->end - range->start;
    }
  g_assert_cmpuint (sum, >=, EVAL_BYTES_MIN);
}

/* What is looked for where no symbol names the loop is the same. */
static void
check_loop (pid_t                      pid,
            const SondePythonLocation *location)
{
  SondePythonMemory memory = sonde_python_memory_of_process (pid);
  g_autoptr(SondeMaps) maps = sonde_maps_read (pid, NULL);
  const SondeMapping *code = sonde_maps_find (maps, location->evals[0].start);
  SondePythonImage image = { 0 };
  SondePythonRange loop;

  for (guint i = 0; i < sonde_maps_get_count (maps) && image.n_segments == 0; i++)
    {
      const SondeMapping *mapping = sonde_maps_get (maps, i);

      if (mapping->inode == code->inode && mapping->offset == 0)
        g_assert_true (sonde_python_image_read (&memory, mapping->start, &image));
    }

  g_assert_true (sonde_python_native_find_loop (&memory, &image, &loop));
  g_assert_cmphex (loop.start, ==, location->evals[0].start);
  g_assert_cmphex (loop.end, ==, location->evals[0].end);
}

static void
test_python_locate_version (gconstpointer data)
{
  const TestPython *python = data;
  g_autoptr(TestProgram) program = start_python (python->path);
  SondePythonLocation location;
  SondePythonFinding finding = locate (program->pid, &location);

  g_test_message ("%s: finding %d, version %x", python->path, finding, location.version);
  g_assert_cmphex (location.version, ==, python->version);
  if (python->version < PYTHON_OLDEST || python->version > PYTHON_NEWEST)
    {
      g_assert_cmpint (finding, ==, SONDE_PYTHON_UNKNOWN_VERSION);
      return;
    }

  g_assert_cmpint (finding, ==, SONDE_PYTHON_FOUND);
  g_assert_cmphex (location.offsets.version, ==, python->version);
  g_assert_cmpint (location.offsets.free_threaded, ==, python->free_threaded);
  check_thread (program, &location);
  check_evals (program->pid, &location);
  check_loop (program->pid, &location);
}

/* A program with another name that has Python in it: by its library, linked into it, and without a
 * symbol.
 */
static void
test_python_locate_embedded (gconstpointer data)
{
  const char *name = data;
  g_autofree char *path = test_dup_target_path (name);
  g_autofree char *folder = g_dir_make_tmp ("sonde-embed-XXXXXX", NULL);
  g_autofree char *script = g_build_filename (folder, "embedded.py", NULL);
  const char *const argv[] = { path, folder, NULL };
  g_autoptr(TestProgram) program = NULL;
  SondePythonLocation location;

  g_assert_true (g_file_set_contents (script, SCRIPT, -1, NULL));
  program = test_program_start (argv);
  test_program_wait_for (program, "ready ");

  g_assert_cmpint (locate (program->pid, &location), ==, SONDE_PYTHON_FOUND);
  g_test_message ("version %x", location.version);
  check_thread (program, &location);
  check_evals (program->pid, &location);
  check_loop (program->pid, &location);

  g_remove (script);
  g_rmdir (folder);
}

/* A process that was long looked at becomes a Python. */
static void
test_python_locate_exec (gconstpointer data)
{
  const TestPython *python = data;
  const char *const argv[] = {
    "/bin/sh", "-c", "echo started; sleep 1.5; exec \"$0\" -S -c \"$1\"", python->path, SCRIPT,
    NULL
  };
  g_autoptr(TestProgram) program = test_program_start (argv);
  SondePythonMemory memory = sonde_python_memory_of_process (program->pid);
  g_autoptr(SondePythonLocator) locator = sonde_python_locator_new (&memory, program->pid);
  SondePythonLocation location;

  test_program_wait_for (program, "started");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(SondeMaps) maps = sonde_maps_read (program->pid, NULL);

      g_assert_cmpint (sonde_python_locator_look (locator, maps, sonde_clock_now_ns (), &location),
                       ==, SONDE_PYTHON_NONE);
      g_usleep (i < 2 ? G_USEC_PER_SEC / 2 : 0);
    }

  test_program_wait_for (program, "ready ");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(SondeMaps) maps = sonde_maps_read (program->pid, NULL);

      g_assert_cmpint (sonde_python_locator_look (locator, maps, sonde_clock_now_ns (), &location),
                       ==, SONDE_PYTHON_FOUND);
      g_assert_cmphex (location.version, ==, python->version);
    }
}

/* Whatever is in its memory, it ends, and what is found is in bounds. */
static void
test_python_locate_damaged (gconstpointer data)
{
  const TestPython *python = data;
  g_autoptr(TestProgram) program = start_python (python->path);
  g_autoptr(SondeMaps) maps = sonde_maps_read (program->pid, NULL);
  guint found = 0;

  for (guint i = 0; i < 400; i++)
    {
      DamagedMemory damage = { program->pid, i, 16 << i % 16 };
      SondePythonMemory memory = damaged_memory_get (&damage);
      g_autoptr(SondePythonLocator) locator =
        sonde_python_locator_new (&memory, i % 2 == 0 ? program->pid : 0);
      SondePythonLocation location;

      if (sonde_python_locator_look (locator, maps, sonde_clock_now_ns (), &location) !=
          SONDE_PYTHON_FOUND)
        continue;

      found++;
      g_assert_cmpuint (location.n_evals, <=, SONDE_PYTHON_EVALS_MAX);
      for (guint j = 0; j < location.n_evals; j++)
        g_assert_cmphex (location.evals[j].start, <, location.evals[j].end);
    }

  /* Else the damage was too great to come anywhere. */
  g_assert_cmpuint (found, >, 0);
}

static void
test_python_locate_none (void)
{
  const char *const argv[] = { "/bin/sleep", "600", NULL };
  g_autoptr(TestProgram) program = test_program_start (argv);
  SondePythonLocation location;

  g_assert_cmpint (locate (program->pid, &location), ==, SONDE_PYTHON_NONE);
  g_assert_cmpuint (location.version, ==, 0);
}

/* Those that could be built: a system may lack the static library. */
static void
add_embedded (const char *name)
{
  g_autofree char *path = g_strdup_printf ("/python/locate/embedded/%s", name);
  g_autofree char *file = test_dup_target_path (name);

  if (g_file_test (file, G_FILE_TEST_IS_EXECUTABLE))
    g_test_add_data_func (path, name, test_python_locate_embedded);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GPtrArray) pythons = NULL;
  const TestPython *newest = NULL;

  g_test_init (&argc, &argv, NULL);
  pythons = pythons_list ();
  /* The tests themselves run with one. */
  g_assert_cmpuint (pythons->len, >, 0);

  for (guint i = 0; i < pythons->len; i++)
    {
      const TestPython *python = g_ptr_array_index (pythons, i);
      g_autofree char *path = g_strdup_printf ("/python/locate/version/%s", python->name);

      g_test_add_data_func (path, python, test_python_locate_version);
      if (python->version >= PYTHON_OLDEST && python->version <= PYTHON_NEWEST)
        newest = python;
    }
  g_assert_nonnull (newest);
  g_test_add_data_func ("/python/locate/damaged", newest, test_python_locate_damaged);
  g_test_add_data_func ("/python/locate/exec", newest, test_python_locate_exec);
  add_embedded ("embed");
  add_embedded ("embed-static");
  add_embedded ("embed-stripped");
  g_test_add_func ("/python/locate/none", test_python_locate_none);

  return g_test_run ();
}
