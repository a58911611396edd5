/* thread-record.h: what the C library keeps of a thread, in the thread's own memory
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/* How far into a record an id is looked for: it is after 720 bytes in glibc. */
#define SONDE_THREAD_RECORD_BYTES 2048

/**
 * SondeThreadRecord:
 * @address: where it lies, which is what pthread_self() gives
 * @tid: whose it is
 */
typedef struct
{
  SondeAddress address;
  pid_t        tid;
} SondeThreadRecord;

/**
 * SondeStackOwner:
 * @record: of the thread whose stack it is; tid is 0 if that is not known
 * @start: no other thread's stack is known from here
 * @end: up to here
 */
typedef struct
{
  SondeThreadRecord record;
  SondeAddress      start;
  SondeAddress      end;
} SondeStackOwner;

/* Where the thread's id lies in the record at @address, whose first SONDE_THREAD_RECORD_BYTES are
 * @bytes and which may be the one of the thread @first; 0 if it is not, or not for certain. With
 * @is_guess_enough anything that may be it counts, where it cannot be told for certain. Threads:
 * any.
 */
guint32         sonde_thread_record_find_id     (const guint8            *bytes,
                                                 SondeAddress             address,
                                                 pid_t                    first,
                                                 gboolean                 is_guess_enough);

/* On whose stack @address is, among those who have @records; @first is the first thread of the
 * process. Threads: any.
 */
SondeStackOwner sonde_thread_records_find_owner (const SondeThreadRecord *records,
                                                 guint                    n_records,
                                                 pid_t                    first,
                                                 SondeAddress             address);

G_END_DECLS
