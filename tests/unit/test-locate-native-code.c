/* test-locate-native-code.c: where the compiled functions of a module lie
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads this program itself. Its functions are written as GCC would have them, since whether it
 * does is its own choice.
 */

#include "config.h"

#include <link.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "python/locate-native-code.h"
#include "python/locate-unwind-table.h"

/* whole: a function of which two parts are elsewhere: one is jumped to at its first instruction,
 * where a frame is already; the other in its middle, before there is a frame. It also goes on in
 * other_function, which is none of it, jumps to ending_part, from which nothing leads back, and has
 * a number that looks like a jump into other_function's middle.
 */
__asm__ (".text\n"
         ".type whole, @function\n"
         "whole:\n"
         ".cfi_startproc\n"
         "  testl %edi, %edi\n"
         "  jne early_part_middle\n"
         "whole_again:\n"
         "  subq $24, %rsp\n"
         ".cfi_def_cfa_offset 32\n"
         "  testl %esi, %esi\n"
         "  jne framed_part\n"
         "  testl %edx, %edx\n"
         "  je ending_part\n"
         "  .byte 0x48, 0xb8, 0xe9\n" /* movabs $…, %rax */
         "  .long other_function_middle - . - 4\n"
         "  .byte 0, 0, 0\n"
         "whole_framed:\n"
         "  addq $24, %rsp\n"
         ".cfi_def_cfa_offset 8\n"
         "  jmp other_function\n"
         ".cfi_endproc\n"
         "whole_end:\n"
         ".size whole, . - whole\n"

         ".type other_function, @function\n"
         "other_function:\n"
         ".cfi_startproc\n"
         "  nop\n"
         "other_function_middle:\n"
         "  ret\n"
         ".cfi_endproc\n"

         ".section .text.unlikely, \"ax\", @progbits\n"
         "  .skip 64, 0x90\n"
         "early_part:\n"
         ".cfi_startproc\n"
         "  nop\n"
         "early_part_middle:\n"
         "  xorl %edi, %edi\n"
         "  jmp whole_again\n"
         ".cfi_endproc\n"
         "early_part_end:\n"
         "  .skip 64, 0x90\n"
         "framed_part:\n"
         ".cfi_startproc\n"
         ".cfi_def_cfa_offset 32\n"
         ".cfi_offset 3, -16\n"
         "  xorl %esi, %esi\n"
         "  jmp whole_framed\n"
         ".cfi_endproc\n"
         "framed_part_end:\n"
         "  .skip 64, 0x90\n"
         "ending_part:\n"
         ".cfi_startproc\n"
         ".cfi_def_cfa_offset 32\n"
         "  ud2\n"
         ".cfi_endproc\n"
         ".text\n"

         /* loop: an interpreter of 256 instructions, two of which are elsewhere; little_loop: one
          * of as many, and shorter; no_loop: 190 only.
          */
         ".type loop, @function\n"
         "loop:\n"
         ".cfi_startproc\n"
         "  leaq loop_table(%rip), %rax\n"
         "  jmp *(%rax, %rdi, 8)\n"
         "loop_first:\n"
         "  .skip 200, 0x90\n"
         "  jmp loop_part_inside\n"
         ".cfi_endproc\n"
         "loop_end:\n"
         ".type little_loop, @function\n"
         "little_loop:\n"
         ".cfi_startproc\n"
         "  leaq little_table(%rip), %rax\n"
         "  jmp *(%rax, %rdi, 8)\n"
         "  ret\n"
         ".cfi_endproc\n"
         ".type no_loop, @function\n"
         "no_loop:\n"
         ".cfi_startproc\n"
         "  leaq no_table(%rip), %rax\n"
         "  .skip 2000, 0x90\n"
         ".cfi_endproc\n"
         ".section .text.unlikely\n"
         "loop_part:\n"
         ".cfi_startproc\n"
         ".cfi_def_cfa_offset 32\n"
         "  nop\n"
         "loop_part_inside:\n"
         "  jmp loop_first\n"
         ".cfi_endproc\n"
         ".section .data.rel.ro, \"aw\", @progbits\n"
         ".balign 8\n"
         "no_table:\n"
         "  .rept 190\n"
         "  .quad no_loop + 7\n"
         "  .endr\n"
         "  .quad 0\n"
         "little_table:\n"
         "  .rept 256\n"
         "  .quad little_loop + 7\n"
         "  .endr\n"
         "loop_table:\n"
         "  .rept 128\n"
         "  .quad loop_first\n"
         "  .quad loop_part_inside\n"
         "  .endr\n"
         "  .quad 1\n"
         ".text\n");

extern const guint8 whole[];
extern const guint8 whole_end[];
extern const guint8 early_part[];
extern const guint8 early_part_end[];
extern const guint8 framed_part[];
extern const guint8 framed_part_end[];
extern const guint8 loop[];
extern const guint8 loop_end[];

static SondePythonMemory
own_memory (void)
{
  return sonde_python_memory_of_process (getpid ());
}

static int
take_program_cb (struct dl_phdr_info *info,
                 gsize                size G_GNUC_UNUSED,
                 gpointer             data)
{
  SondeAddress *base = data;

  /* The program comes first. */
  for (guint i = 0; i < info->dlpi_phnum && *base == 0; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD)
      *base = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

  return 1;
}

static SondePythonImage
read_own_image (void)
{
  SondePythonMemory memory = own_memory ();
  SondePythonImage image;
  SondeAddress base = 0;

  dl_iterate_phdr (take_program_cb, &base);
  g_assert_true (sonde_python_image_read (&memory, base, &image));

  return image;
}

static void
assert_range (const SondePythonRange *range,
              const guint8           *start,
              const guint8           *end)
{
  g_assert_cmphex (range->start, ==, (SondeAddress) (gsize) start);
  g_assert_cmphex (range->end, ==, (SondeAddress) (gsize) end);
}

static void
test_locate_native_code_function (void)
{
  SondePythonMemory memory = own_memory ();
  SondePythonImage image = read_own_image ();
  g_auto(SondePythonUnwindTable) table = { 0 };
  SondePythonUnwindEntry entry;

  g_assert_true (sonde_python_unwind_table_init (&table, &memory, &image));
  for (const guint8 *at = whole; at < whole_end; at++)
    {
      g_assert_true (sonde_python_unwind_table_find (&table, (SondeAddress) (gsize) at, &entry));
      assert_range (&entry.range, whole, whole_end);
      g_assert_false (entry.has_frame);
    }

  g_assert_true (sonde_python_unwind_table_find (&table, (SondeAddress) (gsize) framed_part,
                                                 &entry));
  assert_range (&entry.range, framed_part, framed_part_end);
  g_assert_true (entry.has_frame);
  g_assert_false (sonde_python_unwind_table_find (&table, (SondeAddress) (gsize) framed_part_end,
                                                  &entry));
  g_assert_false (sonde_python_unwind_table_find (&table, 0, &entry));
  g_assert_false (sonde_python_unwind_table_find (&table, G_MAXUINT64, &entry));
  g_assert_false (sonde_python_unwind_table_read (&table, table.count, &entry));
}

static void
test_locate_native_code_parts (void)
{
  SondePythonMemory memory = own_memory ();
  SondePythonImage image = read_own_image ();
  SondePythonRange function = { (SondeAddress) (gsize) whole, (SondeAddress) (gsize) whole_end };
  SondePythonRange parts[4];

  g_assert_cmpuint (sonde_python_native_find_parts (&memory, &image, &function, parts, 4), ==, 2);
  assert_range (&parts[0], early_part, early_part_end);
  assert_range (&parts[1], framed_part, framed_part_end);

  g_assert_cmpuint (sonde_python_native_find_parts (&memory, &image, &function, parts, 1), ==, 1);
  g_assert_cmpuint (sonde_python_native_find_parts (&memory, &image, &function, NULL, 0), ==, 0);
}

static void
test_locate_native_code_loop (void)
{
  SondePythonMemory memory = own_memory ();
  SondePythonImage image = read_own_image ();
  SondePythonRange range;

  g_assert_true (sonde_python_native_find_loop (&memory, &image, &range));
  assert_range (&range, loop, loop_end);

  for (guint i = 0; i < image.n_segments; i++)
    image.segments[i].executable = FALSE;
  g_assert_false (sonde_python_native_find_loop (&memory, &image, &range));
}

static void
test_locate_native_code_no_tables (void)
{
  SondePythonMemory memory = own_memory ();
  SondePythonImage image = read_own_image ();
  SondePythonRange function = { (SondeAddress) (gsize) whole, (SondeAddress) (gsize) whole_end };
  SondePythonRange inverted = { function.end, function.start };
  SondePythonRange everything = { 0, G_MAXUINT64 };
  SondePythonRange part;

  g_assert_cmpuint (sonde_python_native_find_parts (&memory, &image, &inverted, &part, 1), ==, 0);
  g_assert_cmpuint (sonde_python_native_find_parts (&memory, &image, &everything, &part, 1), ==, 0);

  image.unwind_header = 0;
  g_assert_false (sonde_python_native_find_loop (&memory, &image, &part));
  g_assert_cmpuint (sonde_python_native_find_parts (&memory, &image, &function, &part, 1), ==, 0);
}

typedef struct
{
  SondePythonImage image;
  guint64          n_bytes; /* that were read */
} Noise;

/* Answers with noise, the same for the same address. */
static gsize
read_noise_cb (gpointer     data,
               SondeAddress address,
               gpointer     buffer,
               gsize        length)
{
  Noise *noise = data;
  const SondePythonImage *image = &noise->image;
  guint8 *bytes = buffer;

  length = MIN (length, 1 << 20);
  noise->n_bytes += length;
  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) ((address + i) * 0x9e3779b97f4a7c15 >> 56);

  /* A head that promises tables. */
  if (address == image->unwind_header && length == 12)
    memcpy (buffer, "\1\x1b\3\x3b\0\0\0\0\0\x10\0\0", 12);

  return length;
}

/* Whatever the tables say, it ends, and nothing beyond them is read. */
static void
test_locate_native_code_noise (void)
{
  Noise noise = { .image = { .unwind_header = 0x10000 } };
  SondePythonMemory memory = { .read = read_noise_cb, .data = &noise };
  g_auto(SondePythonUnwindTable) table = { 0 };
  SondePythonRange parts[4];
  SondePythonUnwindEntry entry;

  g_assert_true (sonde_python_unwind_table_init (&table, &memory, &noise.image));
  for (SondeAddress address = 0; address < 0x100000; address += 4093)
    {
      SondePythonRange function = { address, address + 8192 };
      guint count = sonde_python_native_find_parts (&memory, &noise.image, &function, parts, 4);

      g_assert_cmpuint (count, <=, 4);
      if (sonde_python_unwind_table_find (&table, address, &entry))
        g_assert_true (address >= entry.range.start && address < entry.range.end);
    }
}

/* A table of MAZE_ROWS functions of a megabyte each, that lie over one another, and a function that
 * jumps into all of them.
 */
#define MAZE_HEADER 0x1000000
#define MAZE_CIE (MAZE_HEADER + 0x80000)
#define MAZE_ENTRIES (MAZE_HEADER + 0x90000)
#define MAZE_ENTRY_BYTES 64
#define MAZE_ROWS 4096
#define MAZE_CODE (MAZE_HEADER + 0x200000)
#define MAZE_FUNCTION (MAZE_HEADER + 0x4000000)
#define MAZE_FUNCTION_BYTES (1 << 20)

static guint8
get_byte (const void *words,
          guint64     place)
{
  return ((const guint8 *) words)[place];
}

static guint8
read_maze_byte (SondeAddress address)
{
  static const guint8 cie[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 'z', 'R', 0, 1, 1, 1, 1, 0x1b };
  static const guint8 header[] = { 1, 0x1b, 3, 0x3b, 0, 0, 0, 0, 0, MAZE_ROWS >> 8, 0, 0 };
  guint64 place = address - MAZE_HEADER;

  if (place < sizeof header)
    return header[place];
  if (place < sizeof header + 8 * MAZE_ROWS)
    {
      gint32 row = (gint32) (place - sizeof header) / 8;
      gint32 words[] = {
        MAZE_CODE - MAZE_HEADER + 16 * row, MAZE_ENTRIES - MAZE_HEADER + MAZE_ENTRY_BYTES * row,
      };

      return get_byte (words, (place - sizeof header) % sizeof words);
    }
  if (address >= MAZE_CIE && address - MAZE_CIE < sizeof cie)
    return cie[address - MAZE_CIE];
  if (address >= MAZE_ENTRIES && address - MAZE_ENTRIES < MAZE_ENTRY_BYTES * MAZE_ROWS)
    {
      guint64 at = (address - MAZE_ENTRIES) % MAZE_ENTRY_BYTES;
      guint32 words[] = { 32, (guint32) (address - at + 4 - MAZE_CIE), 0, 1 << 20, 0x0e00 };

      return at < sizeof words ? get_byte (words, at) : 0;
    }
  if (address >= MAZE_FUNCTION && address - MAZE_FUNCTION < MAZE_FUNCTION_BYTES)
    {
      guint64 at = (address - MAZE_FUNCTION) % 5;
      guint64 jump = (address - MAZE_FUNCTION) / 5;
      guint32 distance = (guint32) (MAZE_CODE + 16 * (jump % MAZE_ROWS) + 8 -
                                    (address - at + 5));

      return at == 0 ? 0xe9 : get_byte (&distance, at - 1);
    }

  return 0x90;
}

static gsize
read_maze_cb (gpointer     data,
              SondeAddress address,
              gpointer     buffer,
              gsize        length)
{
  guint64 *n_bytes = data;

  *n_bytes += length;
  /* All of it is the same, and read so often that it is to be quick. */
  if (address >= MAZE_CODE && address + length <= MAZE_FUNCTION)
    memset (buffer, 0x90, length);
  else
    for (gsize i = 0; i < length; i++)
      ((guint8 *) buffer)[i] = read_maze_byte (address + i);

  return length;
}

/* Functions that lie over one another are not all read, however many there are. */
static void
test_locate_native_code_maze (void)
{
  guint64 n_bytes = 0;
  SondePythonImage image = { .unwind_header = MAZE_HEADER };
  SondePythonMemory memory = { .read = read_maze_cb, .data = &n_bytes };
  SondePythonRange function = { MAZE_FUNCTION, MAZE_FUNCTION + MAZE_FUNCTION_BYTES };
  g_auto(SondePythonUnwindTable) table = { 0 };
  SondePythonUnwindEntry entry;
  SondePythonRange part;

  g_assert_true (sonde_python_unwind_table_init (&table, &memory, &image));
  g_assert_true (sonde_python_unwind_table_find (&table, MAZE_CODE + 24, &entry));
  g_assert_cmphex (entry.range.start, ==, MAZE_CODE + 16);
  g_assert_true (entry.has_frame);

  n_bytes = 0;
  g_assert_cmpuint (sonde_python_native_find_parts (&memory, &image, &function, &part, 1), ==, 0);
  g_assert_cmpuint (n_bytes, >, 16 << 20);
  g_assert_cmpuint (n_bytes, <, 256 << 20);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/locate-native-code/function", test_locate_native_code_function);
  g_test_add_func ("/python/locate-native-code/parts", test_locate_native_code_parts);
  g_test_add_func ("/python/locate-native-code/loop", test_locate_native_code_loop);
  g_test_add_func ("/python/locate-native-code/no-tables", test_locate_native_code_no_tables);
  g_test_add_func ("/python/locate-native-code/noise", test_locate_native_code_noise);
  g_test_add_func ("/python/locate-native-code/maze", test_locate_native_code_maze);
  return g_test_run ();
}
