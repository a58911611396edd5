/* thread-record.c: what the C library keeps of a thread, in the thread's own memory
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The record is at the upper end of the thread's stack. That of the first thread is elsewhere:
 * ld.so has made it. Its stack is above all others.
 */

#include "config.h"

#include "target/thread-record.h"

#include <string.h>

#define WORD 8

/* As the kernel limits it by default, and glibc makes it then. */
#define STACK_BYTES_MAX (8 << 20)

static guint64
get_word (const guint8 *bytes,
          guint32       at)
{
  guint64 word;

  memcpy (&word, bytes + at, sizeof word);

  return word;
}

/* In glibc the third word of a record leads to the record itself, and the fourth does not
 * (sysdeps/x86_64/nptl/tls.h, tcbhead_t).
 */
static gboolean
is_of_glibc (const guint8 *bytes,
             SondeAddress  address)
{
  return get_word (bytes, 2 * WORD) == address && get_word (bytes, 3 * WORD) != address;
}

/* The first process of a container has the id 1, as other fields may have. In glibc the list of
 * robust mutexes is behind the id, and leads to itself as long as it is empty (nptl/descr.h,
 * nptl/allocatestack.c); other libraries have no small number before it.
 */
guint32
sonde_thread_record_find_id (const guint8 *bytes,
                             SondeAddress  address,
                             pid_t         first,
                             gboolean      is_guess_enough)
{
  guint32 guess = 0;

  for (guint32 i = SONDE_THREAD_RECORD_BYTES - 3 * WORD; i >= WORD; i -= sizeof (gint32))
    {
      gint32 id;

      memcpy (&id, bytes + i, sizeof id);
      if (id != first)
        continue;

      guess = i;
      if (get_word (bytes, i + 2 * WORD) == address + i + 2 * WORD)
        return i;
    }

  return is_guess_enough && !is_of_glibc (bytes, address) ? guess : 0;
}

SondeStackOwner
sonde_thread_records_find_owner (const SondeThreadRecord *records,
                                 guint                    n_records,
                                 pid_t                    first,
                                 SondeAddress             address)
{
  SondeStackOwner owner = { .end = G_MAXUINT64 };
  const SondeThreadRecord *above = NULL;

  for (guint i = 0; i < n_records; i++)
    {
      const SondeThreadRecord *record = &records[i];

      if (record->tid == first)
        continue;

      if (record->address <= address)
        owner.start = MAX (owner.start, record->address);
      else if (above == NULL || record->address < above->address)
        above = record;
    }

  if (above != NULL)
    owner.end = above->address;
  if (above != NULL && above->address - address < STACK_BYTES_MAX)
    owner.record = *above;
  for (guint i = 0; above == NULL && i < n_records; i++)
    if (records[i].tid == first)
      owner.record = records[i];

  return owner;
}
