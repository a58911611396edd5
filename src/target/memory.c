/* memory.c: reads the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One process_vm_readv() with one piece. The kernel copies page by page and stops at the first
 * that is not there, so the count tells where memory ends (mm/process_vm_access.c,
 * process_vm_rw_single_vec). Of many pieces it copies one after the other, and stops at the first
 * that is not there as a whole.
 */

#include "config.h"

#include "target/memory.h"

#include <errno.h>
#include <sys/uio.h>

#include "target/thread.h"

/* process_vm_readv(), by way of another thread where the first one has ended (ESRCH). It is
 * searched for only if the one that was found last has ended too: a thread may be held meanwhile.
 */
static ssize_t
read_by_any_thread (pid_t               pid,
                    const struct iovec *local,
                    const struct iovec *remote,
                    gulong              n_pieces)
{
  ssize_t count = process_vm_readv (pid, local, n_pieces, remote, n_pieces, 0);
  pid_t living;

  if (count >= 0 || errno != ESRCH)
    return count;

  living = sonde_threads_get_last_living (pid);
  if (living != pid)
    {
      count = process_vm_readv (living, local, n_pieces, remote, n_pieces, 0);
      if (count >= 0 || errno != ESRCH)
        return count;
    }

  living = sonde_threads_find_living (pid);

  return living != pid ? process_vm_readv (living, local, n_pieces, remote, n_pieces, 0) : -1;
}

gsize
sonde_memory_read (pid_t         pid,
                   SondeAddress  address,
                   gpointer      buffer,
                   gsize         length)
{
  struct iovec local = { .iov_base = buffer, .iov_len = length };
  struct iovec remote = { .iov_base = GSIZE_TO_POINTER (address), .iov_len = length };
  ssize_t count;

  g_return_val_if_fail (buffer != NULL || length == 0, 0);

  count = read_by_any_thread (pid, &local, &remote, 1);

  return count > 0 ? (gsize) count : 0;
}

/* Copies at most SONDE_MEMORY_PIECES_MAX of @pieces. */
static guint
read_some (pid_t                   pid,
           const SondeMemoryPiece *pieces,
           guint                   n_pieces)
{
  struct iovec local[SONDE_MEMORY_PIECES_MAX];
  struct iovec remote[SONDE_MEMORY_PIECES_MAX];
  ssize_t count;
  guint whole = 0;

  for (guint i = 0; i < n_pieces; i++)
    {
      local[i] = (struct iovec) { .iov_base = pieces[i].buffer, .iov_len = pieces[i].length };
      remote[i] = (struct iovec) { .iov_base = GSIZE_TO_POINTER (pieces[i].address),
                                   .iov_len = pieces[i].length };
    }

  count = read_by_any_thread (pid, local, remote, n_pieces);
  for (gsize left = count > 0 ? (gsize) count : 0;
       whole < n_pieces && pieces[whole].length <= left; whole++)
    left -= pieces[whole].length;

  return count >= 0 ? whole : 0;
}

guint
sonde_memory_read_pieces (pid_t                   pid,
                          const SondeMemoryPiece *pieces,
                          guint                   n_pieces)
{
  guint whole = 0;

  g_return_val_if_fail (pieces != NULL || n_pieces == 0, 0);

  while (whole < n_pieces)
    {
      guint asked = MIN (n_pieces - whole, SONDE_MEMORY_PIECES_MAX);
      guint got = read_some (pid, pieces + whole, asked);

      whole += got;
      if (got < asked)
        break;
    }

  return whole;
}
