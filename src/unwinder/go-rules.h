/* go-rules.h: how long the frames of Go's functions are, and which of them are special
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeGoKind:
 * @SONDE_GO_KIND_NONE: nothing is known of it
 * @SONDE_GO_KIND_FRAME: the return address is above its frame
 * @SONDE_GO_KIND_POINTER: %rbp leads to its frame, whatever the stack pointer is, but where it is
 *   entered and left: there it is as FRAME
 * @SONDE_GO_KIND_SWITCH: %rbp is that of its caller, on whichever stack that is
 * @SONDE_GO_KIND_WRITER: it writes the stack pointer, and there is no telling when
 * @SONDE_GO_KIND_INJECTED: as FRAME, but what is above its frame did not call it
 * @SONDE_GO_KIND_BOUNDARY: as FRAME; C called it, whose registers it keeps elsewhere
 * @SONDE_GO_KIND_LEAVE: as FRAME; its goroutine leaves the CPU
 * @SONDE_GO_KIND_GROW: as WRITER; it is called for a goroutine, which may have left the CPU
 * @SONDE_GO_KIND_RETURN: the kernel's way back from a signal
 * @SONDE_GO_KIND_TOP: nothing called it
 *
 * How the caller of a function is found.
 */
typedef enum
{
  SONDE_GO_KIND_NONE,
  SONDE_GO_KIND_FRAME,
  SONDE_GO_KIND_POINTER,
  SONDE_GO_KIND_SWITCH,
  SONDE_GO_KIND_WRITER,
  SONDE_GO_KIND_INJECTED,
  SONDE_GO_KIND_BOUNDARY,
  SONDE_GO_KIND_LEAVE,
  SONDE_GO_KIND_GROW,
  SONDE_GO_KIND_RETURN,
  SONDE_GO_KIND_TOP,
} SondeGoKind;

/**
 * SondeGoRule:
 * @address: an instruction
 * @function: where the function begins that it is in
 * @size: of its frame there, in bytes
 * @kind: how its caller is found
 */
typedef struct
{
  SondeAddress address;
  SondeAddress function;
  guint32      size;
  SondeGoKind  kind;
} SondeGoRule;

/* Reads eight bytes at @address; FALSE if they are not there. */
typedef gboolean (*SondeGoWordFunc) (SondeAddress  address,
                                     guint64      *value,
                                     gpointer      data);

/**
 * SondeGoRules:
 *
 * Knows where code of Go lies in a target, and how long the frames of its functions are.
 *
 * Life: sonde_go_rules_new() → sonde_go_rules_set_maps() → for each stack begin(), then covers()
 * and find() for addresses; load() for those without any rule, when there is time →
 * sonde_go_rules_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeGoRules SondeGoRules;

/* @read is for what does not change: tables and code. */
SondeGoRules      *sonde_go_rules_new         (pid_t            pid,
                                               SondeGoWordFunc  read,
                                               gpointer         data);
void               sonde_go_rules_free        (SondeGoRules    *self);

/* The map from now on. What load() found is kept for as long as it is mapped as it was. */
void               sonde_go_rules_set_maps    (SondeGoRules    *self,
                                               SondeMaps       *maps);
/* Forgets that too: a file was overwritten in its place. */
void               sonde_go_rules_forget_files (SondeGoRules   *self);

/* A stack begins, for which no more than a bound is read. */
void               sonde_go_rules_begin       (SondeGoRules    *self);

/* Whether any code of Go was found so far. */
gboolean           sonde_go_rules_has_code    (SondeGoRules    *self);
/* Whether @address is in code of Go. A few comparisons. */
gboolean           sonde_go_rules_covers      (SondeGoRules    *self,
                                               SondeAddress     address);
/* The rule at @address (borrowed until the next one is asked for). */
const SondeGoRule *sonde_go_rules_find        (SondeGoRules    *self,
                                               SondeAddress     address);
/* Where the call leads to that returns to @address; 0 if it is none, or one that does not tell. */
SondeAddress       sonde_go_rules_find_callee (SondeGoRules    *self,
                                               SondeAddress     address);
/* Whether the frame pointer is yet to be saved at @address, in a frame of @size bytes. */
gboolean           sonde_go_rules_saves_fp    (SondeGoRules    *self,
                                               SondeAddress     address,
                                               guint32          size);
/* Whether code can run at @address. */
gboolean           sonde_go_rules_is_code     (SondeGoRules    *self,
                                               SondeAddress     address);

/* Looks for a table of the mapping that @address is in, once for each. Reads the disk, or all of a
 * file's memory. FALSE if there is nothing to look at.
 */
gboolean           sonde_go_rules_load         (SondeGoRules   *self,
                                                SondeAddress    address);

G_END_DECLS
