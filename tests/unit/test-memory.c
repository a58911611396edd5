/* test-memory.c: reading the memory of a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/memory.h"

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
  g_test_add_func ("/target/memory/pieces", test_memory_pieces);
  g_test_add_func ("/target/memory/no-process", test_memory_no_process);
  return g_test_run ();
}
