/* fuzz-go.c: a table of functions of Go that may say anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry for libFuzzer and for mutate.c. The first byte of the input says whether the rest is all
 * of a table but its first words, or what is changed in one that is as it should be. Nothing may
 * fault or read without end; either aborts.
 */

#include "config.h"

#include "fuzz/fuzz.h"

#include <string.h>

#include "support/go-image.h"
#include "target/go-table.h"

/* Of one question: a table says what 16 MiB of code are, in the longest program. */
#define READS_MAX (1 << 22)

/* Of each change: where, and what is there then. */
#define CHANGE_BYTES 6

typedef struct
{
  const guint8 *bytes;
  gsize         length;
  guint         n_reads;
} Memory;

static gboolean
read_cb (SondeAddress  address,
         gpointer      bytes,
         gsize         length,
         gpointer      data)
{
  Memory *memory = data;

  g_assert (memory->n_reads++ < READS_MAX);
  if (address < GO_BASE || address - GO_BASE > memory->length ||
      memory->length - (address - GO_BASE) < length)
    return FALSE;

  memcpy (bytes, memory->bytes + (address - GO_BASE), length);
  return TRUE;
}

static void
ask (Memory       *memory,
     SondeGoTable *table,
     SondeAddress  address)
{
  SondeGoFunction function;
  gint32 value;

  memory->n_reads = 0;
  if (!sonde_go_table_find (table, address, &function))
    return;

  g_assert_true (address >= function.start && address < function.end);
  sonde_go_table_run (table, &function, function.frame_sizes, address, &value);
  sonde_go_table_run (table, &function, function.lines, address, &value);
  sonde_go_table_find_file (table, &function, address);
  sonde_go_table_find_call (table, &function, address);
}

static void
try_table (const guint8 *bytes,
           gsize         length,
           SondeAddress  start)
{
  Memory memory = { .bytes = bytes, .length = length };
  SondeGoTable table;
  SondeGoFunction function;

  if (!sonde_go_table_open (&table, start, GO_BASE + length, read_cb, &memory))
    return;

  sonde_go_table_take_module (&table, GO_MODULE);
  if (table.text == 0)
    table.text = GO_MAIN;
  if (table.data_base == 0)
    table.data_base = GO_BASE;
  sonde_go_table_check (&table);
  for (guint64 i = 0; i < 16; i++)
    if (sonde_go_table_get (&table, i, &function))
      {
        ask (&memory, &table, function.start);
        ask (&memory, &table, function.end - 1);
      }
  for (SondeAddress address = GO_MAIN; address < GO_END; address += 16)
    ask (&memory, &table, address);
}

static void
try_whole (GoVersion     version,
           const guint8 *bytes,
           gsize         length)
{
  g_autofree guint8 *image = go_image_new (version, 0);
  g_autofree guint8 *table = g_malloc (length + 8);

  memcpy (table, image + (GO_TABLE - GO_BASE), 8);
  memcpy (table + 8, bytes, length);
  try_table (table, length + 8, GO_BASE);
}

static void
try_changed (GoVersion     version,
             const guint8 *bytes,
             gsize         length)
{
  g_autofree guint8 *image = go_image_new (version, 0);

  for (; length >= CHANGE_BYTES; length -= CHANGE_BYTES, bytes += CHANGE_BYTES)
    {
      guint16 at;

      memcpy (&at, bytes, sizeof at);
      memcpy (image + (GO_TABLE - GO_BASE) + at % (GO_TABLE_END - GO_TABLE - 4), bytes + 2, 4);
    }
  try_table (image, GO_IMAGE_BYTES, GO_TABLE);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  GoVersion version;

  if (length == 0)
    return 0;

  version = (bytes[0] / 2) % (GO_1_26 + 1);
  if (bytes[0] % 2 == 0)
    try_whole (version, bytes + 1, length - 1);
  else
    try_changed (version, bytes + 1, length - 1);

  return 0;
}
