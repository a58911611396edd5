/* fuzz-frame-index.c: unwind rules that may say anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry for libFuzzer and for mutate.c. The first byte of the input says which kind of rules it
 * is, and how the last function's addresses are written, the second how many bytes are changed in a
 * chain of rules as it should be; the rest says which, and how. More than a few would only break
 * the chain at its beginning. Nothing may fault or read without end, and what is found must lie in
 * the section; either aborts.
 */

#include "config.h"

#include "fuzz/fuzz.h"

#include <string.h>

#include <glib.h>

#include "unwinder/frame-index.h"

#define SECTION_BYTES 996
#define FILE_START 0x400000u
#define CODE_START 0x401000u
#define CODE_END 0x402000u
#define FILE_END 0x404000u
#define EH_ADDRESS 0x403000u

#define EH_CIE "\x14\0\0\0\0\0\0\0\x01zR\0\x01\x78\x10\x01\x1b\x0c\x07\x08\x90\x01\0\0"
#define DEBUG_CIE "\x14\0\0\0\xff\xff\xff\xff\x04\0\x08\0\x01\x78\x10\x0c\x07\x08\x90\x01\0\0\0\0"
#define OTHER_CIE "\x14\0\0\0\xff\xff\xff\xff\x01zR\0\x01\x78\x10\x01\0\x0c\x07\x08\x90\x01\0"
#define OTHER_ENCODING_AT 16
#define CIE_BYTES 24
#define FDE_BYTES 24
/* Room for an id, and for two addresses of two bytes. */
#define LAST_BYTES 12
#define LAST_AT (SECTION_BYTES - LAST_BYTES)
#define OTHER_CIE_AT (LAST_AT - CIE_BYTES)
#define N_CHANGES_MAX 12
/* What .debug_frame's addresses are relative to: small ones lie in the code too. */
#define BIAS (CODE_START - 16)

/* One CIE, and functions of 8 bytes. .debug_frame ends with another CIE, of @encoding, and a
 * function whose record is too short for an address.
 */
static void
fill_chain (guint8         *bytes,
            SondeFrameKind  kind,
            guint8          encoding)
{
  memcpy (bytes, kind == SONDE_FRAME_KIND_EH ? EH_CIE : DEBUG_CIE, CIE_BYTES);
  for (gsize at = CIE_BYTES; at + FDE_BYTES <= OTHER_CIE_AT; at += FDE_BYTES)
    {
      guint32 length = FDE_BYTES - 4;
      guint32 cie = kind == SONDE_FRAME_KIND_EH ? (guint32) at + 4 : 0;
      guint64 start = CODE_START + at;
      guint64 size = 8;

      memcpy (bytes + at, &length, sizeof length);
      memcpy (bytes + at + 4, &cie, sizeof cie);
      start -= kind == SONDE_FRAME_KIND_EH ? EH_ADDRESS + at + 8 : BIAS;
      memcpy (bytes + at + 8, &start, kind == SONDE_FRAME_KIND_EH ? 4 : 8);
      memcpy (bytes + at + (kind == SONDE_FRAME_KIND_EH ? 12 : 16), &size, 4);
    }

  if (kind == SONDE_FRAME_KIND_DEBUG)
    {
      const guint32 id = OTHER_CIE_AT;

      memcpy (bytes + OTHER_CIE_AT, OTHER_CIE, CIE_BYTES);
      bytes[OTHER_CIE_AT + OTHER_ENCODING_AT] = encoding;
      memcpy (bytes + LAST_AT, "\x08\0\0\0\0\0\0\0\x40\0\x08\0", LAST_BYTES);
      memcpy (bytes + LAST_AT + 4, &id, sizeof id);
    }
}

static void
damage (guint8        *chain,
        const uint8_t *bytes,
        size_t         length)
{
  guint n_changes = length > 0 ? bytes[0] % N_CHANGES_MAX : 0;

  for (gsize at = 1; n_changes > 0 && at + 3 <= length; at += 3, n_changes--)
    chain[(bytes[at] | bytes[at + 1] << 8) % SECTION_BYTES] ^= bytes[at + 2];
}

static guint
check_entries (const SondeFrameSection *section)
{
  g_autoptr(GArray) entries = sonde_frame_index_read (section);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const SondeFrameEntry *entry = &g_array_index (entries, SondeFrameEntry, i);

      g_assert_cmpint (entry->start, >=, i > 0 ? entry[-1].start : 0);
      g_assert_cmpint (entry->start, <, CODE_END - CODE_START);
      g_assert_cmpint (entry->fde, >=, 0);
      g_assert_cmpint (entry->fde, <, (gint32) section->length);
    }

  return entries != NULL ? entries->len : 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  /* On the heap, where a sanitizer sees each byte beyond its end. */
  g_autofree guint8 *chain = g_malloc0 (SECTION_BYTES);
  SondeFrameSection section = {
    .bytes = chain, .length = SECTION_BYTES, .address = EH_ADDRESS,
    .file_start = FILE_START, .file_end = FILE_END,
    .code_start = CODE_START, .code_end = CODE_END,
  };

  guint n_entries = 0;

  if (length == 0)
    return 0;

  section.kind = bytes[0] % 2 == 0 ? SONDE_FRAME_KIND_EH : SONDE_FRAME_KIND_DEBUG;
  if (section.kind == SONDE_FRAME_KIND_DEBUG)
    section.bias = BIAS;
  fill_chain (chain, section.kind, bytes[0] / 4 % 16);
  damage (chain, bytes + 1, length - 1);

  if (bytes[0] / 2 % 2 == 0 || sonde_frame_index_find (&section))
    n_entries = check_entries (&section);
  if (length == 1)
    g_assert_cmpuint (n_entries, ==, (OTHER_CIE_AT - CIE_BYTES) / FDE_BYTES);

  return 0;
}
