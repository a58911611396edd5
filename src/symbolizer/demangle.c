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
#include <stdlib.h>
#include <string.h>

/* The demangler calls itself up to once a letter: this many stay well within a thread's stack. */
#define MANGLED_BYTES_MAX 4096

/* Real C++ names reach some 20 kB. */
#define DEMANGLED_BYTES_MAX 16384

/* Parts of a C++ name, counted as often as they are looked at. The longest real ones, of 20 kB,
 * have some 10,000.
 */
#define PARTS_MAX 100000

/* Digits of a number of lifetimes. Real numbers have none or one. */
#define LIFETIME_DIGITS_MAX 2

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

/* Whether a part of that type consists of two others, each of which may be missing. What is left
 * out here, of later versions of libiberty as well, counts as one.
 */
static gboolean
is_binary (enum demangle_component_type type)
{
  switch ((int) type)
    {
    case DEMANGLE_COMPONENT_NAME:
    case DEMANGLE_COMPONENT_TEMPLATE_PARAM:
    case DEMANGLE_COMPONENT_FUNCTION_PARAM:
    case DEMANGLE_COMPONENT_CTOR:
    case DEMANGLE_COMPONENT_DTOR:
    case DEMANGLE_COMPONENT_SUB_STD:
    case DEMANGLE_COMPONENT_BUILTIN_TYPE:
    case DEMANGLE_COMPONENT_EXTENDED_BUILTIN_TYPE:
    case DEMANGLE_COMPONENT_FIXED_TYPE:
    case DEMANGLE_COMPONENT_OPERATOR:
    case DEMANGLE_COMPONENT_EXTENDED_OPERATOR:
    case DEMANGLE_COMPONENT_CHARACTER:
    case DEMANGLE_COMPONENT_NUMBER:
    case DEMANGLE_COMPONENT_LAMBDA:
    case DEMANGLE_COMPONENT_DEFAULT_ARG:
    case DEMANGLE_COMPONENT_UNNAMED_TYPE:
      return FALSE;

    default:
      return type <= DEMANGLE_COMPONENT_EXTENDED_BUILTIN_TYPE;
    }
}

/* How many parts there are in and below @part. A part that several others have, since the name
 * refers to it by a number, counts for each of them.
 */
static guint
count_parts (const struct demangle_component *part,
             GHashTable                      *counted)
{
  gpointer known;
  guint n = 1;

  if (part == NULL || !is_binary (part->type))
    return 1;

  if (g_hash_table_lookup_extended (counted, part, NULL, &known))
    return GPOINTER_TO_UINT (known);

  /* What is a part of itself comes to no end. */
  g_hash_table_insert (counted, (gpointer) (gsize) part, GUINT_TO_POINTER (PARTS_MAX));
  n += count_parts (part->u.s_binary.left, counted);
  n += count_parts (part->u.s_binary.right, counted);
  n = MIN (n, PARTS_MAX);
  g_hash_table_insert (counted, (gpointer) (gsize) part, GUINT_TO_POINTER (n));

  return n;
}

/* A C++ name can refer to its parts by numbers, so that 200 bytes unfold to 2^40 parts. Where they
 * are printed, take_text_cb() stops that; but the demangler also looks for something in all of them
 * (d_find_pack()), and prints nothing meanwhile.
 */
static gboolean
unfolds_for_ever (const char *symbol)
{
  g_autoptr(GHashTable) counted = g_hash_table_new (NULL, NULL);
  void *memory = NULL;
  const struct demangle_component *whole;
  gboolean is_endless;

  whole = cplus_demangle_v3_components (symbol, OPTIONS | DMGL_NO_RECURSE_LIMIT, &memory);
  if (whole == NULL)
    return FALSE;

  is_endless = count_parts (whole, counted) >= PARTS_MAX;
  free (memory);

  return is_endless;
}

/* A Rust name says how many lifetimes a function type ("F") or a trait object ("D") has: "G", a
 * number to the base of 62, "_". The demangler counts up to that in a loop, and prints nothing
 * meanwhile in parts of the name that are not shown.
 */
static gboolean
counts_for_ever (const char *symbol)
{
  for (const char *at = strchr (symbol, 'G'); at != NULL; at = strchr (at + 1, 'G'))
    {
      gsize n_digits = 0;

      while (g_ascii_isalnum (at[1 + n_digits]))
        n_digits++;
      if (at > symbol && (at[-1] == 'F' || at[-1] == 'D') && at[1 + n_digits] == '_' &&
          n_digits > LIFETIME_DIGITS_MAX)
        return TRUE;
    }

  return FALSE;
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
      strlen (symbol) > MANGLED_BYTES_MAX || unfolds_for_ever (symbol) ||
      counts_for_ever (symbol))
    return g_strdup (symbol);

  output.text = g_string_sized_new (256);
  if (setjmp (output.too_long) != 0)
    g_string_append (output.text, "…");
  else if (!demangle (symbol, &output))
    g_string_assign (output.text, symbol);

  return g_string_free (output.text, FALSE);
}
