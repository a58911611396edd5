/* test-locate.c: CPython found in a process that is made up
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Its memory is a program without symbols or sections, with the beginning of _PyRuntime of a real
 * 3.14 in its data; one interpreter; and two threads.
 */

#include "config.h"

#include <elf.h>
#include <string.h>

#include <glib.h>

#include "python/locate.h"

/* "xdebugpy" */
#define NOW_NS (5 * SONDE_NS_PER_SECOND)
#define COOKIE G_GUINT64_CONSTANT (0x7970677562656478)

#include "fixtures/debug-offsets.inc"

#define PROGRAM 0x400000
#define DATA 0x402000
#define RUNTIME (DATA + 0x1008)
#define INTERPRETER 0x500000
#define THREADS 0x600000
#define THREAD_BYTES 0x1000
#define REGION_BYTES 0x4000

/* As in 3.14. */
#define VERSION_AT 8
#define FINALIZING 784
#define INTERPRETERS_HEAD 808
#define THREADS_HEAD 7344
#define THREAD_NEXT 8
#define THREAD_INTERPRETER 16

typedef struct
{
  SondeAddress start;
  guint8       bytes[REGION_BYTES];
} Region;

typedef struct
{
  Region  regions[3];
  guint64 n_reads;
} Process;

static gsize
read_cb (gpointer     data,
         SondeAddress address,
         gpointer     buffer,
         gsize        length)
{
  Process *process = data;

  process->n_reads++;
  for (guint i = 0; i < G_N_ELEMENTS (process->regions); i++)
    {
      const Region *region = &process->regions[i];

      if (address < region->start || address >= region->start + REGION_BYTES)
        continue;

      length = MIN (length, region->start + REGION_BYTES - address);
      memcpy (buffer, region->bytes + (address - region->start), length);
      return length;
    }

  return 0;
}

static guint8 *
find_bytes (Process      *process,
            SondeAddress  address)
{
  for (guint i = 0; i < G_N_ELEMENTS (process->regions); i++)
    if (address >= process->regions[i].start && address < process->regions[i].start + REGION_BYTES)
      return process->regions[i].bytes + (address - process->regions[i].start);

  g_assert_not_reached ();
}

static void
set_word (Process      *process,
          SondeAddress  address,
          guint64       word)
{
  memcpy (find_bytes (process, address), &word, sizeof word);
}

static void
set_program (Process *process)
{
  Elf64_Ehdr header = {
    .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
    .e_type = ET_EXEC,
    .e_machine = EM_X86_64,
    .e_phoff = sizeof (Elf64_Ehdr),
    .e_phentsize = sizeof (Elf64_Phdr),
    .e_phnum = 2,
  };
  Elf64_Phdr segments[] = {
    { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = PROGRAM, .p_memsz = DATA - PROGRAM },
    { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = DATA - PROGRAM, .p_vaddr = DATA,
      .p_filesz = 0x1800, .p_memsz = 0x2000 },
  };

  memcpy (find_bytes (process, PROGRAM), &header, sizeof header);
  memcpy (find_bytes (process, PROGRAM + sizeof header), segments, sizeof segments);
}

/* Free with g_free(). */
static Process *
new_process (void)
{
  Process *process = g_new0 (Process, 1);

  process->regions[0].start = PROGRAM;
  process->regions[1].start = INTERPRETER;
  process->regions[2].start = THREADS;
  set_program (process);
  memcpy (find_bytes (process, RUNTIME), recorded_3_14_10, sizeof recorded_3_14_10);
  set_word (process, RUNTIME + INTERPRETERS_HEAD, INTERPRETER);
  set_word (process, INTERPRETER + THREADS_HEAD, THREADS);
  set_word (process, THREADS + THREAD_NEXT, THREADS + THREAD_BYTES);
  set_word (process, THREADS + THREAD_INTERPRETER, INTERPRETER);
  set_word (process, THREADS + THREAD_BYTES + THREAD_INTERPRETER, INTERPRETER);

  return process;
}

static SondePythonFinding
locate (Process             *process,
        SondePythonLocation *location)
{
  static const char text[] =
    "00400000-00402000 r-xp 00000000 fd:01 7 /opt/program\n"
    "00402000-00404000 rw-p 00002000 fd:01 7 /opt/program\n"
    "7f0000000000-7f0000001000 r--p 00000000 fd:01 8 /opt/no-program\n"
    "7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n";
  SondePythonMemory memory = { .read = read_cb, .data = process };
  g_autoptr(SondePythonLocator) locator = sonde_python_locator_new (&memory, 0);
  g_autoptr(SondeMaps) maps = sonde_maps_parse (text, NULL);

  return sonde_python_locator_look (locator, maps, NOW_NS, location);
}

static void
test_locate_found (void)
{
  g_autofree Process *process = new_process ();
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030e, FALSE);
  SondePythonLocation location;

  g_assert_cmpint (locate (process, &location), ==, SONDE_PYTHON_FOUND);
  g_assert_cmphex (location.version, ==, 0x030e);
  g_assert_cmphex (location.runtime, ==, RUNTIME);
  g_assert_cmpmem (&location.offsets, sizeof location.offsets, offsets, sizeof *offsets);
  g_assert_cmpuint (location.n_evals, ==, 0);
}

/* One word of the process that found() has is another. */
static void
test_locate_states (void)
{
  static const struct
  {
    const char        *name;
    SondeAddress       address;
    guint64            word;
    SondePythonFinding finding;
    guint              version;
  } cases[] = {
    { "not begun", RUNTIME + INTERPRETERS_HEAD, 0, SONDE_PYTHON_NOT_READY, 0x030e },
    { "no thread", INTERPRETER + THREADS_HEAD, 0, SONDE_PYTHON_NOT_READY, 0x030e },
    { "ending", RUNTIME + FINALIZING, THREADS, SONDE_PYTHON_NOT_READY, 0x030e },
    { "other fields", THREADS + THREAD_INTERPRETER, 42, SONDE_PYTHON_UNKNOWN_VERSION, 0x030e },
    { "wild thread", INTERPRETER + THREADS_HEAD, 64, SONDE_PYTHON_UNKNOWN_VERSION, 0x030e },
    { "second one", THREADS + THREAD_BYTES + THREAD_INTERPRETER, 0, SONDE_PYTHON_UNKNOWN_VERSION,
      0x030e },
    { "wild interpreter", RUNTIME + INTERPRETERS_HEAD, 64, SONDE_PYTHON_UNKNOWN_VERSION, 0x030e },
    { "endless list", THREADS + THREAD_BYTES + THREAD_NEXT, THREADS, SONDE_PYTHON_FOUND, 0x030e },
    { "to come", RUNTIME + VERSION_AT, 0x031000f0, SONDE_PYTHON_UNKNOWN_VERSION, 0x0310 },
    { "beta", RUNTIME + VERSION_AT, 0x030e00b1, SONDE_PYTHON_UNKNOWN_VERSION, 0x030e },
    { "candidate", RUNTIME + VERSION_AT, 0x030e00c1, SONDE_PYTHON_FOUND, 0x030e },
    { "no cookie", RUNTIME, 42, SONDE_PYTHON_NONE, 0 },
    { "no program", PROGRAM, 42, SONDE_PYTHON_NONE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree Process *process = new_process ();
      SondePythonLocation location;

      g_test_message ("%s", cases[i].name);
      set_word (process, cases[i].address, cases[i].word);
      g_assert_cmpint (locate (process, &location), ==, cases[i].finding);
      g_assert_cmphex (location.version, ==, cases[i].version);
      g_assert_cmphex (location.runtime, ==,
                       cases[i].finding == SONDE_PYTHON_FOUND ? RUNTIME : 0);
    }
}

/* What has had nothing in it for a second is not read again. */
static void
test_locate_again (void)
{
  static const char text[] = "00400000-00402000 r-xp 00000000 fd:01 7 /opt/program\n";
  g_autofree Process *process = new_process ();
  SondePythonMemory memory = { .read = read_cb, .data = process };
  g_autoptr(SondePythonLocator) locator = sonde_python_locator_new (&memory, 0);
  g_autoptr(SondeMaps) maps = sonde_maps_parse (text, NULL);
  SondePythonLocation location;
  guint64 n_reads;

  set_word (process, RUNTIME, 42);
  for (guint i = 0; i < 2; i++)
    {
      n_reads = process->n_reads;
      g_assert_cmpint (sonde_python_locator_look (locator, maps, NOW_NS + i, &location), ==,
                       SONDE_PYTHON_NONE);
      g_assert_cmpuint (process->n_reads, >, n_reads);
    }

  n_reads = process->n_reads;
  g_assert_cmpint (sonde_python_locator_look (locator, maps, NOW_NS + SONDE_NS_PER_SECOND,
                                              &location),
                   ==, SONDE_PYTHON_NONE);
  g_assert_cmpuint (process->n_reads, ==, n_reads);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/locate/found", test_locate_found);
  g_test_add_func ("/python/locate/states", test_locate_states);
  g_test_add_func ("/python/locate/again", test_locate_again);
  return g_test_run ();
}
