/* test-frame-index.c: a search table for unwind rules that have none
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "unwinder/frame-index.h"

#include <string.h>

#define FILE_START 0x400000u
#define CODE_START 0x401000u
#define CODE_END 0x402000u
#define FILE_END 0x404000u
#define EH_ADDRESS 0x403000u

typedef struct
{
  GByteArray     *bytes;
  SondeFrameKind  kind;
  gsize           start; /* of the chain */
} Scene;

static void
append (Scene   *scene,
        guint64  value,
        guint    length)
{
  guint8 bytes[8];

  memcpy (bytes, &value, sizeof bytes);
  g_byte_array_append (scene->bytes, bytes, length);
}

static void
append_cie (Scene *scene,
            guint8 version)
{
  gboolean is_debug = scene->kind == SONDE_FRAME_KIND_DEBUG;
  gsize start = scene->bytes->len;
  guint32 length;

  append (scene, 0, 4);
  append (scene, is_debug ? 0xffffffff : 0, 4);
  append (scene, version, 1);
  g_byte_array_append (scene->bytes, (const guint8 *) (is_debug ? "" : "zR"), is_debug ? 1 : 3);
  if (version == 4)
    append (scene, 0x0008, 2);
  append (scene, 0x107801, 3);
  if (!is_debug)
    append (scene, 0x1b01, 2);
  /* The CFA is 8 above the stack pointer, and the return address below it. */
  append (scene, 0x01900108070c, 6);
  while ((scene->bytes->len - start) % 8 != 4)
    append (scene, 0, 1);

  length = scene->bytes->len - (guint32) start - 4;
  memcpy (scene->bytes->data + start, &length, sizeof length);
}

static void
append_fde (Scene        *scene,
            gsize         cie,
            SondeAddress  address,
            guint32       length)
{
  gboolean is_debug = scene->kind == SONDE_FRAME_KIND_DEBUG;

  append (scene, is_debug ? 20 : 12, 4);
  append (scene, is_debug ? cie - scene->start : scene->bytes->len - cie, 4);
  append (scene, is_debug ? address : address - (EH_ADDRESS + scene->bytes->len), is_debug ? 8 : 4);
  append (scene, length, is_debug ? 8 : 4);
}

static void
scene_clear (Scene *scene)
{
  g_byte_array_unref (scene->bytes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static SondeFrameSection
get_section (const Scene *scene)
{
  return (SondeFrameSection) {
    .kind = scene->kind, .bytes = scene->bytes->data, .length = scene->bytes->len,
    .address = EH_ADDRESS, .file_start = FILE_START, .file_end = FILE_END,
    .code_start = CODE_START, .code_end = CODE_END,
  };
}

/* "0@24 32@40": where functions begin, from the start of the code, and where their rules are. */
static void
assert_entries (const SondeFrameSection *section,
                const char              *expected)
{
  g_autoptr(GArray) entries = sonde_frame_index_read (section);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const SondeFrameEntry *entry = &g_array_index (entries, SondeFrameEntry, i);

      g_string_append_printf (text, "%s%d@%d", i > 0 ? " " : "", entry->start, entry->fde);
    }

  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_frame_index_sorted (void)
{
  g_auto(Scene) scene = { .bytes = g_byte_array_new () };
  SondeFrameSection section;

  append_cie (&scene, 1);
  append_fde (&scene, 0, CODE_START + 32, 16);
  append_fde (&scene, 0, CODE_START, 32);
  append (&scene, 0, 4);
  section = get_section (&scene);
  assert_entries (&section, "0@44 32@28");
}

static void
test_frame_index_edges_of_code (void)
{
  g_auto(Scene) scene = { .bytes = g_byte_array_new () };
  SondeFrameSection section;

  append_cie (&scene, 1);
  append_fde (&scene, 0, CODE_START - 1, 1);
  append_fde (&scene, 0, CODE_START, 1);
  append_fde (&scene, 0, CODE_END - 1, 1);
  append_fde (&scene, 0, CODE_END - 1, 2);
  append_fde (&scene, 0, CODE_END, 1);
  append_fde (&scene, 0, CODE_START + 8, 0);
  section = get_section (&scene);
  assert_entries (&section, "0@44 4095@60");
}

static void
test_frame_index_ends_with_what_is_wrong (void)
{
  g_auto(Scene) scene = { .bytes = g_byte_array_new () };
  SondeFrameSection section;

  append_cie (&scene, 1);
  append_fde (&scene, 0, CODE_START, 16);
  /* There is no CIE. */
  append_fde (&scene, 4, CODE_START + 16, 16);
  append_fde (&scene, 0, CODE_START + 32, 16);
  section = get_section (&scene);
  assert_entries (&section, "0@28");

  /* A length that leads out. */
  section.length = 28 + 15;
  assert_entries (&section, "");
}

/* All that .eh_frame has otherwise is changed: what is left is read as .eh_frame. */
static void
test_frame_index_debug_frame (gconstpointer data)
{
  guint8 version = (guint8) GPOINTER_TO_UINT (data);
  g_auto(Scene) scene = { .bytes = g_byte_array_new (), .kind = SONDE_FRAME_KIND_DEBUG };
  SondeFrameSection section;
  const char *expected = version == 4 ? "0@52 32@28" : "0@44 32@20";
  guint64 address;
  gsize instructions, fde;

  append_cie (&scene, version);
  fde = scene.bytes->len;
  append_fde (&scene, 0, CODE_START + 32 - FILE_START, 16);
  append_fde (&scene, 0, CODE_START - FILE_START, 32);
  /* What a linker has left out. */
  append_fde (&scene, 0, 0, 32);
  section = get_section (&scene);
  section.bias = FILE_START;
  assert_entries (&section, expected);

  memcpy (&address, section.bytes + fde + 8, sizeof address);
  g_assert_cmphex (address, ==, CODE_START + 32);
  section.kind = SONDE_FRAME_KIND_EH;
  section.length -= 24;
  assert_entries (&section, expected);

  /* Version 4 has become 3, and its instructions begin two bytes earlier. */
  instructions = 4 + 4 + 1 + 1 + 3;
  g_assert_cmpuint (section.bytes[8], ==, version == 4 ? 3 : version);
  g_assert_cmpmem (section.bytes + instructions, 5, "\x0c\x07\x08\x01\x90", 5);
}

/* An address of two bytes in the last record has no room for one of eight, which is written into
 * its place; one that is relative to its own place would be a wrong one.
 */
static void
test_frame_index_debug_frame_encoding (gconstpointer data)
{
  guint8 encoding = (guint8) GPOINTER_TO_UINT (data);
  static const guint8 cie[] = "\x14\0\0\0\xff\xff\xff\xff\x01zR\0\x01\x78\x10\x01"
                              "\0\x0c\x07\x08\x90\x01\0";
  g_auto(Scene) scene = { .bytes = g_byte_array_new (), .kind = SONDE_FRAME_KIND_DEBUG };
  g_autofree guint8 *bytes = NULL;
  SondeFrameSection section;

  g_byte_array_append (scene.bytes, cie, sizeof cie);
  scene.bytes->data[16] = encoding;
  if (encoding == 0x02)
    {
      append (&scene, 8, 4);
      append (&scene, 0, 4);
      append (&scene, 16, 2);
      append (&scene, 16, 2);
    }
  else
    {
      append_fde (&scene, 0, 16, 16);
    }

  section = get_section (&scene);
  section.bias = CODE_START;
  /* Without a byte more, for the sanitizers. */
  section.bytes = bytes = g_memdup2 (scene.bytes->data, scene.bytes->len);
  section.address = CODE_START - 32;
  assert_entries (&section, encoding == 0 ? "16@24" : "");
}

/* A function whose record ends before its address does is none. */
static void
test_frame_index_cut_short (void)
{
  g_auto(Scene) scene = { .bytes = g_byte_array_new (), .kind = SONDE_FRAME_KIND_DEBUG };
  SondeFrameSection section;

  append_cie (&scene, 1);
  append_fde (&scene, 0, 16, 16);
  append (&scene, 12, 4);
  append (&scene, 0, 4);
  append (&scene, 32, 8);
  section = get_section (&scene);
  section.bias = CODE_START;
  assert_entries (&section, "16@20");
}

static void
test_frame_index_longest_chain (gconstpointer data)
{
  g_auto(Scene) scene = { .bytes = g_byte_array_new (),
                          .kind = (SondeFrameKind) GPOINTER_TO_UINT (data) };
  SondeFrameSection section;
  gsize cie;

  g_byte_array_set_size (scene.bytes, 40);
  memset (scene.bytes->data, 1, scene.bytes->len);
  scene.start = cie = scene.bytes->len;
  append_cie (&scene, 1);
  append_fde (&scene, cie, CODE_START, 8);
  append (&scene, 0, 8);

  scene.start = cie = scene.bytes->len;
  append_cie (&scene, 1);
  append_fde (&scene, cie, CODE_START, 8);
  append_fde (&scene, cie, CODE_START + 8, 8);
  append (&scene, 0, 4);
  append (&scene, G_MAXUINT64, 8);

  section = get_section (&scene);
  g_assert_true (sonde_frame_index_find (&section));
  g_assert_true (section.bytes == scene.bytes->data + cie);
  g_assert_cmphex (section.address, ==, EH_ADDRESS + cie);
  assert_entries (&section, scene.kind == SONDE_FRAME_KIND_EH ? "0@28 8@44" : "0@20 8@44");
}

/* Bytes that are none of this file's rules are not taken for them. */
static void
test_frame_index_strict_search (void)
{
  g_auto(Scene) scene = { .bytes = g_byte_array_new () };
  SondeFrameSection section;

  /* A function that lies elsewhere: the rules of another file, say. */
  append_cie (&scene, 1);
  append_fde (&scene, 0, FILE_END - 4, 8);
  append_fde (&scene, 0, CODE_START, 8);
  section = get_section (&scene);
  g_assert_false (sonde_frame_index_find (&section));

  /* A return address that is not x86_64's. */
  g_byte_array_set_size (scene.bytes, 0);
  append_cie (&scene, 1);
  scene.bytes->data[14] = 17;
  append_fde (&scene, 0, CODE_START, 8);
  section = get_section (&scene);
  g_assert_false (sonde_frame_index_find (&section));

  /* A CIE alone. */
  g_byte_array_set_size (scene.bytes, 0);
  append_cie (&scene, 1);
  section = get_section (&scene);
  g_assert_false (sonde_frame_index_find (&section));
  section.length = 0;
  g_assert_false (sonde_frame_index_find (&section));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unwinder/frame-index/sorted", test_frame_index_sorted);
  g_test_add_func ("/unwinder/frame-index/edges-of-code", test_frame_index_edges_of_code);
  g_test_add_func ("/unwinder/frame-index/ends-with-what-is-wrong",
                   test_frame_index_ends_with_what_is_wrong);
  g_test_add_data_func ("/unwinder/frame-index/debug-frame/1", GUINT_TO_POINTER (1),
                        test_frame_index_debug_frame);
  g_test_add_data_func ("/unwinder/frame-index/debug-frame/3", GUINT_TO_POINTER (3),
                        test_frame_index_debug_frame);
  g_test_add_data_func ("/unwinder/frame-index/debug-frame/4", GUINT_TO_POINTER (4),
                        test_frame_index_debug_frame);
  g_test_add_data_func ("/unwinder/frame-index/debug-frame-encoding/absolute",
                        GUINT_TO_POINTER (0x00), test_frame_index_debug_frame_encoding);
  g_test_add_data_func ("/unwinder/frame-index/debug-frame-encoding/udata2",
                        GUINT_TO_POINTER (0x02), test_frame_index_debug_frame_encoding);
  g_test_add_data_func ("/unwinder/frame-index/debug-frame-encoding/pcrel",
                        GUINT_TO_POINTER (0x10), test_frame_index_debug_frame_encoding);
  g_test_add_func ("/unwinder/frame-index/cut-short", test_frame_index_cut_short);
  g_test_add_data_func ("/unwinder/frame-index/longest-chain/eh",
                        GUINT_TO_POINTER (SONDE_FRAME_KIND_EH), test_frame_index_longest_chain);
  g_test_add_data_func ("/unwinder/frame-index/longest-chain/debug",
                        GUINT_TO_POINTER (SONDE_FRAME_KIND_DEBUG),
                        test_frame_index_longest_chain);
  g_test_add_func ("/unwinder/frame-index/strict-search", test_frame_index_strict_search);
  return g_test_run ();
}
