/* frame-index.h: a search table for unwind rules that have none
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/* More than the rules of a web browser have (18 MiB). */
#define SONDE_FRAME_SECTION_BYTES_MAX ((gsize) 64 * 1024 * 1024)

/**
 * SondeFrameKind:
 * @SONDE_FRAME_KIND_EH: .eh_frame, which is loaded with the code
 * @SONDE_FRAME_KIND_DEBUG: .debug_frame, which is in the file only
 */
typedef enum
{
  SONDE_FRAME_KIND_EH,
  SONDE_FRAME_KIND_DEBUG,
} SondeFrameKind;

/**
 * SondeFrameSection:
 * @kind: which of the two it is
 * @bytes: (array length=length): borrowed
 * @length: at most %SONDE_FRAME_SECTION_BYTES_MAX
 * @address: of .eh_frame: where @bytes lie in the target
 * @bias: of .debug_frame: what is to be added to its addresses
 * @file_start: first address of the file that it is a part of
 * @file_end: one past its last
 * @code_start: first address of the code that is looked for; the other is left out
 * @code_end: one past its last
 *
 * Bytes that hold, or may hold, a chain of unwind rules.
 */
typedef struct
{
  SondeFrameKind kind;
  guint8        *bytes;
  gsize          length;
  SondeAddress   address;
  guint64        bias;
  SondeAddress   file_start;
  SondeAddress   file_end;
  SondeAddress   code_start;
  SondeAddress   code_end;
} SondeFrameSection;

/**
 * SondeFrameEntry:
 * @start: where a function begins, from the start of the code
 * @fde: where its rules lie, from the start of the section
 *
 * The form of an entry of .eh_frame_hdr.
 */
typedef struct
{
  gint32 start;
  gint32 fde;
} SondeFrameEntry;

/* The entries (of SondeFrameEntry, transfer full) of all functions in the code, ascending; NULL if
 * there are none. The chain begins with @section; what is wrong with it ends it.
 *
 * .debug_frame is changed into the form of .eh_frame in its place: then its entries can be read as
 * those of .eh_frame are. Threads: any.
 */
GArray  *sonde_frame_index_read (const SondeFrameSection *section);

/* Makes @section the longest chain in it: for a file without section headers. Every CIE has to be
 * one of x86_64, and every function has to lie in the file. FALSE if there is none. One pass.
 */
gboolean sonde_frame_index_find (SondeFrameSection       *section);

G_END_DECLS
