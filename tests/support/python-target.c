/* python-target.c: a Python that runs a script, and where its insides are
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/python-target.h"

#include "base/clock.h"

void
test_python_target_init (TestPythonTarget *self,
                         const TestPython *python,
                         const char       *script)
{
  const char *const argv[] = { python->path, "-S", "-X", "utf8", "-c", script, NULL };
  g_autoptr(SondePythonLocator) locator = NULL;
  g_autoptr(SondeMaps) maps = NULL;

  self->program = test_program_start (argv);
  test_program_wait_for (self->program, "ready ");
  self->memory = sonde_python_memory_of_process (self->program->pid);
  maps = sonde_maps_read (self->program->pid, NULL);
  locator = sonde_python_locator_new (&self->memory, self->program->pid);
  g_assert_cmpint (sonde_python_locator_look (locator, maps, sonde_clock_now_ns (),
                                              &self->location),
                   ==, SONDE_PYTHON_FOUND);
  self->functions = sonde_functions_new ();
  self->codes = sonde_python_codes_new (&self->memory, &self->location.offsets, self->functions);
  self->python = sonde_python_new (self->program->pid, &self->memory, self->location.runtime,
                                   &self->location.offsets);
}

void
test_python_target_clear (TestPythonTarget *self)
{
  g_clear_pointer (&self->python, sonde_python_free);
  g_clear_pointer (&self->codes, sonde_python_codes_free);
  g_clear_pointer (&self->functions, sonde_functions_unref);
  g_clear_pointer (&self->program, test_program_free);
}
