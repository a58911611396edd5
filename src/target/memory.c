/* memory.c: reads the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One process_vm_readv() with one piece. The kernel copies page by page and stops at the first
 * that is not there, so the count tells where memory ends (mm/process_vm_access.c,
 * process_vm_rw_single_vec).
 */

#include "config.h"

#include "target/memory.h"

#include <sys/uio.h>

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

  count = process_vm_readv (pid, &local, 1, &remote, 1, 0);

  return count > 0 ? (gsize) count : 0;
}
