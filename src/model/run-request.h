/* run-request.h: a program that the user wants to start, checked
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * SondeRunField:
 *
 * What part of a request is wrong.
 */
typedef enum
{
  SONDE_RUN_FIELD_COMMAND,
  SONDE_RUN_FIELD_DIRECTORY,
  SONDE_RUN_FIELD_ENVIRONMENT,
} SondeRunField;

#define SONDE_TYPE_RUN_REQUEST (sonde_run_request_get_type ())
G_DECLARE_FINAL_TYPE (SondeRunRequest, sonde_run_request, SONDE, RUN_REQUEST, GObject)

/* From what the user wrote; NULL with a translated sentence in @error, about @field. May look at
 * the disk.
 *
 * @command is read like a shell reads it, without its variables and patterns. @directory may be
 *   empty (ours), and
 * begin with "~". @environment has a NAME=value a line, on top of our own.
 */
SondeRunRequest    *sonde_run_request_parse         (const char       *command,
                                                     const char       *directory,
                                                     const char       *environment,
                                                     SondeRunField    *field,
                                                     GError          **error);

/* All borrowed, never to be written to, NULL-terminated; the directory is NULL for ours. */
char              **sonde_run_request_get_argv      (SondeRunRequest  *self);
char              **sonde_run_request_get_envp      (SondeRunRequest  *self);
const char         *sonde_run_request_get_directory (SondeRunRequest  *self);

G_END_DECLS
