/* code-private.h: what the parts of SondePythonCodes share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/code.h"

#include "python/text.h"

G_BEGIN_DECLS

/* Room for all fields of a code object that are looked at; they take 200 bytes at most. */
#define SONDE_PYTHON_CODE_HEAD_BYTES 512

/* Objects that are looked at again at once, each in pieces of which a system call takes 64. */
#define SONDE_PYTHON_CHECK_MAX 64

/* What a code object says. */
typedef struct
{
  SondeAddress type;
  SondeAddress name;
  SondeAddress qualified_name; /* 0 up to 3.10 */
  SondeAddress file;
  SondeAddress table;
  guint64      n_units;        /* of bytecode; 0 up to 3.10 */
  guint64      first_line;     /* 0 if it has none */
} SondePythonWords;            /* without gaps: it is compared as it lies */

typedef struct
{
  SondeAddress         address;
  SondePythonWords     words;
  SondePythonMark      name_mark;
  SondePythonMark      file_mark;
  SondePythonMark      table_mark; /* empty until the table is read */
  const SondeFunction *function;

  guint                read_turn;  /* in which it was */
  gboolean             is_listed;  /* to be looked at again */
  guint                used;       /* the turn in which it last was */
  guint                checked;    /* the turn for which it is known to be true */

  gboolean             has_table;  /* whether it was tried to read it */
  guint8              *table;
  gsize                table_length;

  guint64              last_instruction;
  guint                last_line;  /* of last_instruction; G_MAXUINT before the first */
  SondeAddress         copy;       /* the copy of the bytecode that was met last, or 0 */
} SondePythonCode;

/* What stands now where an entry was read from. */
typedef struct
{
  guint8 head[SONDE_PYTHON_CODE_HEAD_BYTES];
  guint8 name[SONDE_PYTHON_MARK_BYTES];
  guint8 file[SONDE_PYTHON_MARK_BYTES];
  guint8 table[SONDE_PYTHON_MARK_BYTES];
} SondePythonCodeLook;

struct _SondePythonCodes
{
  SondePythonMemory   memory;
  SondePythonOffsets  offsets;
  SondePythonHeap     heap;        /* of these two */
  SondeFunctions     *functions;

  gsize               head_length; /* what is read of a code object; 0 if it cannot be */
  guint               turn;
  GHashTable         *entries;     /* owns every SondePythonCode, by address */
  GPtrArray          *listed;      /* of SondePythonCode, to be looked at again */
  guint               dropped_turn; /* in which one was last found gone */
  gsize               bytes;       /* that all entries take */
  SondePythonCodeLook *looks;      /* owned; room for SONDE_PYTHON_CHECK_MAX */
};

/* The entry of the code object at @address; NULL if there is none. */
SondePythonCode *sonde_python_codes_find_entry (SondePythonCodes      *self,
                                                SondeAddress           address);

/* Drops the quarter that is longest unused, and more if it must, but never @keep, if @bytes more or
 * one more would be too many.
 */
void             sonde_python_codes_make_room  (SondePythonCodes      *self,
                                                gsize                  bytes,
                                                const SondePythonCode *keep);

G_END_DECLS
