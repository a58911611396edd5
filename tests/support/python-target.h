/* python-target.h: a Python that runs a script, and where its insides are
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/code.h"
#include "python/locate.h"
#include "python/python.h"
#include "support/program.h"
#include "support/pythons.h"

G_BEGIN_DECLS

/**
 * TestPythonTarget:
 * @program: owned
 * @functions: owned; of @codes
 * @codes: owned
 * @python: owned; its threads are not listed yet
 *
 * Life: test_python_target_init() → test_python_target_clear(). A struct of its user, who leaves it
 * where it is.
 */
typedef struct
{
  TestProgram        *program;
  SondePythonMemory   memory;
  SondePythonLocation location;
  SondeFunctions     *functions;
  SondePythonCodes   *codes;
  SondePython        *python;
} TestPythonTarget;

/* Runs the text @script, until it says "ready ". Fails the test if it is not located. */
void test_python_target_init  (TestPythonTarget *self,
                               const TestPython *python,
                               const char       *script);
void test_python_target_clear (TestPythonTarget *self);

G_END_DECLS
