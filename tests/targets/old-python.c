/* old-python.c: a program that has the marks of CPython 2.7, and nothing else of it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All CPU time is in main;Py_GetVersion.
 */

#include <string.h>

#include "target.h"

const char *Py_GetVersion (void);

/* CPython makes the text as it begins, in memory that can be written. */
static char version[250];

KEPT const char *
Py_GetVersion (void)
{
  if (version[0] == '\0')
    strcpy (version, "2.7.18 (default, Apr 20 2020, 20:30:41) \n[GCC 12.2.0]");
  target_compute (100000);
  __asm__ volatile ("" ::: "memory");

  return version;
}

int
main (void)
{
  Py_GetVersion ();
  target_ready ();
  while (Py_GetVersion () != NULL)
    ;

  return 1;
}
