/* call-site.c: which function the call before a return address calls
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   e8 REL32              call a function, or its entry of the PLT
 *   ff 15 REL32           call *variable(%rip): without a PLT
 *   ff /2, 2 to 7 bytes   call what a register or memory says
 *   [f3 0f 1e fa] [f2] ff 25 REL32   an entry of the PLT: jmp *variable(%rip)
 *
 * (Intel SDM, volume 2, CALL and JMP; System V ABI, AMD64 supplement, 5.2)
 */

#include "config.h"

#include "unwinder/call-site.h"

#include <string.h>

#define WORD_BYTES 8

static gboolean
read_bytes (SondeTables  *tables,
            SondeAddress  address,
            guint8        bytes[2 * WORD_BYTES])
{
  guint64 words[2];

  if (!sonde_tables_read (tables, address, &words[0]) ||
      !sonde_tables_read (tables, address + WORD_BYTES, &words[1]))
    return FALSE;

  memcpy (bytes, words, sizeof words);
  return TRUE;
}

static SondeAddress
add_offset (SondeAddress  next,
            const guint8 *bytes)
{
  gint32 offset;

  memcpy (&offset, bytes, sizeof offset);

  return next + (guint64) (gint64) offset;
}

/* The variable may be bound later, or may have been since it was read: then it could be any. */
static SondeCallSite
judge_variable (SondeTables  *tables,
                SondeAddress  variable,
                SondeAddress  function)
{
  SondeAddress value;

  return sonde_tables_read (tables, variable, &value) && value == function ? SONDE_CALL_SITE_SAME
                                                                           : SONDE_CALL_SITE_ANY;
}

static SondeCallSite
judge_target (SondeTables  *tables,
              SondeAddress  target,
              SondeAddress  function)
{
  static const guint8 endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
  guint8 bytes[2 * WORD_BYTES];
  guint at = 0;

  if (target == function)
    return SONDE_CALL_SITE_SAME;

  if (!sonde_tables_is_code (tables, target) || !read_bytes (tables, target, bytes))
    return SONDE_CALL_SITE_NONE;

  if (memcmp (bytes, endbr64, sizeof endbr64) == 0)
    at += sizeof endbr64;
  if (bytes[at] == 0xf2)
    at++;
  if (bytes[at] == 0xff && bytes[at + 1] == 0x25)
    return judge_variable (tables, add_offset (target + at + 6, bytes + at + 2), function);

  return SONDE_CALL_SITE_OTHER;
}

SondeCallSite
sonde_call_site_judge (SondeTables  *tables,
                       SondeAddress  address,
                       SondeAddress  function)
{
  guint8 bytes[2 * WORD_BYTES];
  SondeCallSite site = SONDE_CALL_SITE_NONE;

  if (!sonde_tables_is_code (tables, address) ||
      !read_bytes (tables, address - WORD_BYTES, bytes))
    return SONDE_CALL_SITE_NONE;

  if (bytes[3] == 0xe8)
    site = judge_target (tables, add_offset (address, bytes + 4), function);
  if (site != SONDE_CALL_SITE_NONE)
    return site;

  if (bytes[2] == 0xff && bytes[3] == 0x15)
    return judge_variable (tables, add_offset (address, bytes + 4), function);

  for (guint i = 1; i < WORD_BYTES - 1; i++)
    if (bytes[i] == 0xff && (bytes[i + 1] & 0x38) == 0x10)
      return SONDE_CALL_SITE_ANY;

  return SONDE_CALL_SITE_NONE;
}
