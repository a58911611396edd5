/* test-thread-record.c: where an id lies in a C library's record, and whose stack an address is on
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "target/thread-record.h"

#define RECORD 0x7f0000001000
#define ID_AT 720

static void
put_word (guint8  *bytes,
          gsize    at,
          guint64  word)
{
  memcpy (bytes + at, &word, sizeof word);
}

static void
put_id (guint8 *bytes,
        gsize   at,
        gint32  id)
{
  memcpy (bytes + at, &id, sizeof id);
}

/* A record of glibc's of the thread @tid; other fields are 1. */
static void
fill_glibc (guint8 *bytes,
            gint32  tid)
{
  memset (bytes, 0, SONDE_THREAD_RECORD_BYTES);
  put_word (bytes, 0, RECORD);
  put_word (bytes, 16, RECORD);
  put_id (bytes, 24, 1);
  put_id (bytes, ID_AT, tid);
  put_id (bytes, 784, 1);
  put_word (bytes, ID_AT + 16, RECORD + ID_AT + 16);
}

static void
test_thread_record_glibc (void)
{
  guint8 bytes[SONDE_THREAD_RECORD_BYTES];

  fill_glibc (bytes, 1);
  g_assert_cmpuint (sonde_thread_record_find_id (bytes, RECORD, 1, TRUE), ==, ID_AT);
  g_assert_cmpuint (sonde_thread_record_find_id (bytes, RECORD, 1, FALSE), ==, ID_AT);

  /* Another thread's, in the first process of a container. */
  fill_glibc (bytes, 7);
  g_assert_cmpuint (sonde_thread_record_find_id (bytes, RECORD, 1, TRUE), ==, 0);
}

/* Our own: by what the C library really does. */
static void
test_thread_record_ours (void)
{
  SondeAddress record = (SondeAddress) pthread_self ();
  guint32 at = sonde_thread_record_find_id (GSIZE_TO_POINTER (record), record, getpid (), FALSE);
  gint32 id;

  g_assert_cmpuint (at, >, 0);
  memcpy (&id, (const guint8 *) GSIZE_TO_POINTER (record) + at, sizeof id);
  g_assert_cmpint (id, ==, getpid ());
}

/* Where it cannot be told for certain, what may be it is enough, or is not. */
static void
test_thread_record_other_library (void)
{
  guint8 bytes[SONDE_THREAD_RECORD_BYTES] = { 0 };

  put_word (bytes, 0, RECORD);
  put_word (bytes, 16, RECORD);
  put_word (bytes, 24, RECORD);
  put_id (bytes, 48, 1);
  put_id (bytes, 200, 1);
  g_assert_cmpuint (sonde_thread_record_find_id (bytes, RECORD, 1, TRUE), ==, 48);
  g_assert_cmpuint (sonde_thread_record_find_id (bytes, RECORD, 1, FALSE), ==, 0);
  g_assert_cmpuint (sonde_thread_record_find_id (bytes, RECORD, 4711, TRUE), ==, 0);
}

static void
test_thread_record_owner (void)
{
  /* The first thread's is among the others, its stack above all. */
  static const SondeThreadRecord records[] = {
    { 0x30000000, 11 }, { 0x10000000, 12 }, { 0x20000000, 10 },
  };
  SondeStackOwner owner;

  owner = sonde_thread_records_find_owner (records, G_N_ELEMENTS (records), 10, 0x2ffff000);
  g_assert_cmpint (owner.record.tid, ==, 11);
  g_assert_cmphex (owner.record.address, ==, 0x30000000);
  g_assert_cmphex (owner.start, ==, 0x10000000);
  g_assert_cmphex (owner.end, ==, 0x30000000);

  /* Just below the first thread's record, and too far from the next. */
  owner = sonde_thread_records_find_owner (records, G_N_ELEMENTS (records), 10, 0x1ffff000);
  g_assert_cmpint (owner.record.tid, ==, 0);
  g_assert_cmphex (owner.end, ==, 0x30000000);

  owner = sonde_thread_records_find_owner (records, G_N_ELEMENTS (records), 10, 0x7fff0000);
  g_assert_cmpint (owner.record.tid, ==, 10);
  g_assert_cmphex (owner.start, ==, 0x30000000);
  g_assert_cmphex (owner.end, ==, G_MAXUINT64);

  owner = sonde_thread_records_find_owner (NULL, 0, 10, 0x7fff0000);
  g_assert_cmpint (owner.record.tid, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/target/thread-record/glibc", test_thread_record_glibc);
  g_test_add_func ("/target/thread-record/ours", test_thread_record_ours);
  g_test_add_func ("/target/thread-record/other-library", test_thread_record_other_library);
  g_test_add_func ("/target/thread-record/owner", test_thread_record_owner);

  return g_test_run ();
}
