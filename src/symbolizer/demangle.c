/* demangle.c: demangles through libiberty
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   _ZN3foo3barEi                          foo::bar(int)
 *   _ZN4core3fmt5Write17h0123456789abcdefE core::fmt::Write
 *   _RNvC6_123foo3bar                      123foo::bar
 */

#include "config.h"

#include "symbolizer/demangle.h"

#include SONDE_DEMANGLE_H
#include <setjmp.h>
#include <string.h>

/* The demangler calls itself up to once a letter: this many stay well within a thread's stack. */
#define MANGLED_BYTES_MAX 4096

/* Real C++ names reach some 20 kB. */
#define DEMANGLED_BYTES_MAX 16384

#define OPTIONS (DMGL_PARAMS | DMGL_ANSI)

typedef struct
{
  GString *text;
  jmp_buf  too_long;
} Output;

/* A name of a hundred bytes can unfold to gigabytes, and the demangler has no way to be told to
 * stop: so it is left here. It holds nothing but stack at this point, save for the letters of one
 * Rust identifier.
 */
static void
take_text_cb (const char *text,
              size_t      length,
              void       *data)
{
  Output *output = data;

  g_string_append_len (output->text, text,
                       (gssize) MIN (length, DEMANGLED_BYTES_MAX - output->text->len));
  if (output->text->len == DEMANGLED_BYTES_MAX)
    longjmp (output->too_long, 1);
}

/* Whether @symbol is a mangled name of either language. */
static gboolean
demangle (const char *symbol,
          Output     *output)
{
  if (rust_demangle_callback (symbol, OPTIONS, take_text_cb, output) != 0)
    return TRUE;

  /* What a failed attempt left. */
  g_string_truncate (output->text, 0);

  /* The limit of its own refuses every name of more than 1,024 letters; ours is on the length as
   * well.
   */
  return cplus_demangle_v3_callback (symbol, OPTIONS | DMGL_NO_RECURSE_LIMIT,
                                     take_text_cb, output) != 0;
}

char *
sonde_demangle (const char *symbol)
{
  Output output;

  g_return_val_if_fail (symbol != NULL, NULL);

  if ((!g_str_has_prefix (symbol, "_Z") && !g_str_has_prefix (symbol, "_R") &&
       !g_str_has_prefix (symbol, "_GLOBAL_")) ||
      strlen (symbol) > MANGLED_BYTES_MAX)
    return g_strdup (symbol);

  output.text = g_string_sized_new (256);
  if (setjmp (output.too_long) != 0)
    g_string_append (output.text, "…");
  else if (!demangle (symbol, &output))
    g_string_assign (output.text, symbol);

  return g_string_free (output.text, FALSE);
}
