/* test-memory.c: reading the memory of a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/memory.h"
#include "target/thread.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

/* Until the other end is closed. */
static void *
wait_for_end_cb (void *fd)
{
  char byte;

  while (read (GPOINTER_TO_INT (fd), &byte, 1) > 0)
    continue;

  _exit (0);
}

static void
test_memory_own_process (void)
{
  char text[] = "what is there";
  char copy[sizeof text] = { 0 };

  g_assert_cmpuint (sonde_memory_read (getpid (), (SondeAddress) (gsize) text, copy, sizeof copy),
                    ==, sizeof copy);
  g_assert_cmpstr (copy, ==, text);
}

static void
test_memory_up_to_hole (void)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  g_autofree guint8 *copy = g_malloc0 (2 * page);
  guint8 *pages = mmap (NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (pages != MAP_FAILED);
  pages[page - 1] = 42;
  g_assert_cmpint (munmap (pages + page, page), ==, 0);

  g_assert_cmpuint (sonde_memory_read (getpid (), (SondeAddress) (gsize) pages, copy, 2 * page),
                    ==, page);
  g_assert_cmpuint (copy[page - 1], ==, 42);
  g_assert_cmpuint (sonde_memory_read (getpid (), (SondeAddress) (gsize) pages + page, copy, 1),
                    ==, 0);

  munmap (pages, page);
}

static void
test_memory_no_process (void)
{
  char byte;

  g_assert_cmpuint (sonde_memory_read (0x7ffffff, 0, &byte, 1), ==, 0);
}

/* Lets the first thread of a process end, and another one wait. */
static void
leave_a_thread (const int *ends)
{
  pthread_t thread;

  close (ends[1]);
  if (pthread_create (&thread, NULL, wait_for_end_cb, GINT_TO_POINTER (ends[0])) != 0)
    _exit (1);
  syscall (SYS_exit, 0);
}

/* Where the first thread has ended another one is found once; from then on no file is opened. */
static void
test_memory_without_first_thread (void)
{
  static const char text[] = "what is there";
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  struct rlimit none;
  struct rlimit limit;
  gsize length;
  int ends[2];
  pid_t pid;

  g_assert_cmpint (pipe (ends), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    leave_a_thread (ends);

  close (ends[0]);
  while (sonde_threads_find_living (pid) == pid)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  none = (struct rlimit) { .rlim_cur = 0, .rlim_max = limit.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      char copy[sizeof text] = "";

      length = sonde_memory_read (pid, GPOINTER_TO_SIZE (text), copy, sizeof copy);
      g_assert_cmpmem (copy, length, text, sizeof text);
    }
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);

  close (ends[1]);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  g_assert_cmpint (sonde_threads_get_last_living (pid), ==, pid);
}

/* More pieces than go into one call, then one that is cut by a hole, then one that is there. */
static void
test_memory_pieces (void)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  guint8 *pages = mmap (NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  guint8 copies[3 * SONDE_MEMORY_PIECES_MAX] = { 0 };
  guint8 cut[2];
  SondeMemoryPiece pieces[G_N_ELEMENTS (copies)];
  guint n_pieces = G_N_ELEMENTS (pieces);

  g_assert_true (pages != MAP_FAILED);
  for (guint i = 0; i < n_pieces; i++)
    {
      pages[i] = (guint8) i;
      pieces[i] = (SondeMemoryPiece) { (SondeAddress) (gsize) &pages[i], &copies[i], 1 };
    }
  g_assert_cmpint (munmap (pages + page, page), ==, 0);

  g_assert_cmpuint (sonde_memory_read_pieces (getpid (), pieces, n_pieces), ==, n_pieces);
  for (guint i = 0; i < n_pieces; i++)
    g_assert_cmpuint (copies[i], ==, (guint8) i);

  for (guint hole = 0; hole < n_pieces; hole++)
    {
      SondeMemoryPiece kept = pieces[hole];

      pieces[hole] = (SondeMemoryPiece) { (SondeAddress) (gsize) pages + page - 1, cut, 2 };
      g_assert_cmpuint (sonde_memory_read_pieces (getpid (), pieces, n_pieces), ==, hole);
      pieces[hole] = kept;
    }

  pieces[0].length = 0;
  g_assert_cmpuint (sonde_memory_read_pieces (getpid (), pieces, n_pieces), ==, n_pieces);
  g_assert_cmpuint (sonde_memory_read_pieces (getpid (), NULL, 0), ==, 0);
  g_assert_cmpuint (sonde_memory_read_pieces (0x7ffffff, pieces, n_pieces), ==, 0);

  munmap (pages, page);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/memory/own-process", test_memory_own_process);
  g_test_add_func ("/target/memory/up-to-hole", test_memory_up_to_hole);
  g_test_add_func ("/target/memory/without-first-thread", test_memory_without_first_thread);
  g_test_add_func ("/target/memory/pieces", test_memory_pieces);
  g_test_add_func ("/target/memory/no-process", test_memory_no_process);
  return g_test_run ();
}
