/* offsets.h: where a version of CPython keeps what a stack is made of
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/line-table.h"

G_BEGIN_DECLS

/* A field that this version has not. */
#define SONDE_PYTHON_NO_FIELD G_MAXUINT32

/* How much of _PyRuntime the functions below look at, at most. */
#define SONDE_PYTHON_DEBUG_OFFSETS_BYTES 1024

/**
 * SondePythonOffsets:
 * @version: major << 8 | minor: 0x030d
 * @free_threaded: whether it was built without the global lock
 *
 * All that differs between versions: nothing else asks which one it is. What make-offsets.py writes
 * is the whole of it.
 *
 * `flags` say what the fields mean. The others are offsets of fields, in bytes, a group a struct;
 * all lie within 1 MiB of the struct's start. Some hold other figures: the sizes and shifts of
 * `unicode`, gil.size, `instance` and `owner_values`. A field that the version has not is
 * %SONDE_PYTHON_NO_FIELD, never a guess.
 *
 * Threads: any; nobody changes it.
 */
typedef struct
{
  guint    version;
  gboolean free_threaded;

  struct
  {
    gboolean tells_offsets;          /* since 3.13: the target itself does, below */

    gboolean frames_are_objects;     /* up to 3.10; then struct _PyInterpreterFrame */
    gboolean instruction_is_address; /* since 3.11; before, f_lasti: an int, -1 at first */
    gboolean instruction_is_count;   /* 3.10: f_lasti counts units of 2 bytes, else bytes */
    gboolean has_shims;              /* since 3.12: frames of the interpreter's own stand where C
                                      * has called Python */
    gboolean code_is_tagged;         /* since 3.14: the lowest two bits of what a frame refers to */
    gboolean stacktop_is_address;    /* since 3.14; before, it counts slots of localsplus */

    gboolean bytecode_is_in_place;   /* since 3.11: the code object ends with it, and object.size
                                      * counts its units */
    SondePythonLines line_table;     /* its format */
    gboolean text_has_old_form;      /* up to 3.11: there may be texts with no kind yet */
  } flags;

  struct /* _PyRuntime itself */
  {
    guint32 interpreters_head;
    guint32 finalizing;         /* a thread state; not NULL while the interpreter ends */
    guint32 gil;                /* up to 3.11, in place */
    guint32 gc_collecting;      /* 3.8 */
  } runtime;
  struct
  {
    guint32 next, id, threads_head;
    guint32 gil;                /* since 3.12: a pointer */
    guint32 gc_collecting;      /* since 3.9; an int */
    guint32 modules;            /* the dict sys.modules */
  } interpreter;
  struct
  {
    guint32 enabled;            /* free-threaded only: an int, 0 if there is no lock */
    guint32 last_holder;        /* a thread state */
    guint32 locked;             /* an int: 1, or 0, or -1 before it is made */
    guint32 switch_number;
    guint32 size;               /* of all of it: who waits for it sleeps on a futex inside */
  } gil;
  struct
  {
    guint32 next, interp;
    guint32 frame;              /* up to 3.10 a frame object; 3.11, 3.12 a cframe; then a frame */
    guint32 thread_id;          /* what pthread_self() gives */
    guint32 native_thread_id;   /* since 3.11: what gettid() gives */
  } thread;
  struct
  {
    guint32 current_frame, previous;
    guint32 outermost;          /* where the thread state has its own */
  } cframe;                     /* 3.11 and 3.12 */
  struct /* a frame object up to 3.10, then struct _PyInterpreterFrame */
  {
    guint32 code;
    guint32 previous;
    guint32 instruction;
    guint32 owner;              /* since 3.11, a byte: one of owner_values */
    guint32 is_entry;           /* 3.11, a byte: the C stack goes on here */
    guint32 stacktop;           /* since 3.11: an int, or an address */
    guint32 localsplus;
  } frame;
  struct
  {
    guint32 filename, name;
    guint32 qualname;           /* since 3.11 */
    guint32 firstlineno;        /* an int */
    guint32 linetable;          /* up to 3.9 co_lnotab */
    guint32 bytecode;           /* up to 3.10 a bytes object; then in place */
    guint32 tlbc;               /* since 3.14, free-threaded: copies of the bytecode */
  } code;
  struct { guint32 type, size; } object;
  struct
  {
    guint32 name, flags, basic_size, dict_offset;
    guint32 cached_keys;        /* of a heap type: the keys that its instances share */
  } type;
  struct { guint32 data; } bytes;
  struct
  {
    guint32 length, state;
    guint32 kind_shift, compact_shift, ascii_shift;  /* bits of the 4 bytes at state; kind has 3 */
    guint32 ascii_data, compact_data;  /* where the characters of a compact string begin */
  } unicode;
  struct { guint32 data; } tuple;
  struct { guint32 data; } list;
  struct
  {
    guint32 tag;                /* since 3.12; before, the count of digits is object.size */
    guint32 digits;             /* of 30 bits, in 4 bytes each */
  } number;
  struct { guint32 keys, values; } dict;
  struct
  {
    guint32 size;               /* up to 3.10: of the table of indices */
    guint32 log2_index_bytes;   /* since 3.11, a byte: entries begin so far behind indices */
    guint32 kind;               /* since 3.11, a byte: 0 if an entry has a hash first */
    guint32 count;              /* of entries */
    guint32 indices;
  } dict_keys;
  struct
  {
    guint32 valid;              /* since 3.13, a byte: 0 if the instance has let go of them */
    guint32 data;
  } dict_values;
  struct                        /* how far before the instance the pointer lies */
  {
    guint32 values_before;      /* 3.11 */
    guint32 dict_before;        /* since 3.11; in 3.12 an odd one leads to values */
  } instance;
  struct { guint32 dict; } module;
  struct
  {
    guint32 generator_owner;
    guint32 object_owner;       /* those that are greater are the interpreter's own */
  } owner_values;
} SondePythonOffsets;

static inline gboolean
sonde_python_has_field (guint32 field)
{
  return field != SONDE_PYTHON_NO_FIELD;
}

/* How many bytes of a struct, from its start, hold those of @fields that this version has, each as
 * long as a word. 0 if they are more than @max: a target may have said where they lie.
 */
gsize                     sonde_python_offsets_get_bytes     (const guint32 *fields,
                                                              guint          n_fields,
                                                              gsize          max);

/* What the headers of a version say. (nullable): for one that is not known. */
const SondePythonOffsets *sonde_python_offsets_find (guint    version,
                                                     gboolean free_threaded);

/* Since 3.13 a target tells most of them itself, in the first bytes of its _PyRuntime. The version
 * that these @length bytes say, as PY_VERSION_HEX has it: 0x030d00f0. 0 if there is none.
 */
guint32                   sonde_python_offsets_parse_version (const guint8 *bytes,
                                                              gsize         length);

/* All that is told in these @length bytes, and the rest as the headers of that version have it.
 * FALSE if what is told cannot be so, or the version is not known; an alpha or a beta, whose fields
 * still moved, is not.
 */
gboolean                  sonde_python_offsets_parse         (const guint8       *bytes,
                                                              gsize               length,
                                                              SondePythonOffsets *offsets);

G_END_DECLS
