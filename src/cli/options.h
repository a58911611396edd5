/* options.h: what the user asked sonde-cli to do
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeCommand:
 * @SONDE_COMMAND_HELP: say what there is
 * @SONDE_COMMAND_VERSION: say which version this is
 * @SONDE_COMMAND_PS: list the processes
 * @SONDE_COMMAND_TOP: a live table of one process
 * @SONDE_COMMAND_RECORD: folded text of one process
 * @SONDE_COMMAND_DUMP: every thread's stack once
 */
typedef enum
{
  SONDE_COMMAND_HELP,
  SONDE_COMMAND_VERSION,
  SONDE_COMMAND_PS,
  SONDE_COMMAND_TOP,
  SONDE_COMMAND_RECORD,
  SONDE_COMMAND_DUMP,
} SondeCommand;

/**
 * SondeOptions:
 * @command: what to do
 * @help: (nullable): with %SONDE_COMMAND_HELP, the text to print
 * @target: (nullable): process number or name, as the user wrote it
 * @argv: (nullable): the program to start instead, %NULL-terminated
 * @rate_hz: looks a second
 * @duration_s: when to end; 0 for no end
 * @mode: which samples count
 * @frames: which frames of them
 * @with_tasks: with the tasks of asyncio that await what runs
 * @once: one table and no more
 * @json: JSON and no table
 * @with_threads: the thread's name before each stack
 * @output: (nullable): file to write; %NULL or "-" for standard output
 * @stats: (nullable): file for the figures of the recording
 *
 * Life: sonde_options_parse() → use → sonde_options_clear().
 */
typedef struct
{
  SondeCommand command;
  char        *help;
  char        *target;
  char       **argv;
  double       rate_hz;
  double       duration_s;
  SondeMode    mode;
  SondeFrames  frames;
  gboolean     with_tasks;
  gboolean     once;
  gboolean     json;
  gboolean     with_threads;
  char        *output;
  char        *stats;
} SondeOptions;

/* Fills @self from the arguments. On FALSE @error says what is wrong with them. */
gboolean    sonde_options_parse       (SondeOptions       *self,
                                       int                 argc,
                                       char              **argv,
                                       GError            **error) G_GNUC_WARN_UNUSED_RESULT;
void        sonde_options_clear       (SondeOptions       *self);

/* How the command is called (transfer full); for %SONDE_COMMAND_HELP how all of them
 * are, one a line, and what each is for.
 */
char       *sonde_command_dup_usage   (SondeCommand        command);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SondeOptions, sonde_options_clear)

G_END_DECLS
