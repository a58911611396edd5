/* embed.c: a program that has Python in it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   embed FOLDER     runs FOLDER/embedded.py, on its main thread and on one of its own
 *
 *   main;run_script;PyRun_…;…;<module>;main;wait
 *   run_caller;call_python;PyObject_…;…;come_in;leaf
 *
 * It is built three times: with the shared library, with Python's code in the program, and the same
 * without symbols.
 *
 * Debian 13 and newer have a static library without the code of its hash functions
 * (libHacl_Hash_SHA2.a of CPython's own build is in no package). EMBED_WITHOUT_HASHES takes their
 * modules out: what is defined here is not looked for in the library. Python does without them.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pthread.h>

#define KEPT __attribute__ ((noinline, noclone, used))

KEPT static void
call_python (PyObject *function)
{
  PyGILState_STATE state = PyGILState_Ensure ();
  PyObject *result = PyObject_CallNoArgs (function);

  Py_XDECREF (result);
  PyGILState_Release (state);
}

KEPT static void *
run_caller (void *function)
{
  call_python (function);

  return NULL;
}

static PyObject *
call_on_thread (PyObject *self,
                PyObject *function)
{
  pthread_t thread;

  (void) self;
  Py_INCREF (function);
  if (pthread_create (&thread, NULL, run_caller, function) != 0)
    return PyErr_NoMemory ();

  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
  { "call_on_thread", call_on_thread, METH_O, NULL },
  { NULL, NULL, 0, NULL }
};

static struct PyModuleDef module = {
  PyModuleDef_HEAD_INIT, "embed", NULL, -1, methods, NULL, NULL, NULL, NULL
};

static PyObject *
init_module (void)
{
  return PyModule_Create (&module);
}

#ifdef EMBED_WITHOUT_HASHES
#define LEAVE_OUT(name) \
  PyMODINIT_FUNC PyInit_##name (void); \
  PyMODINIT_FUNC \
  PyInit_##name (void) \
  { \
    PyErr_SetString (PyExc_ImportError, #name " is left out"); \
    return NULL; \
  }

LEAVE_OUT (_blake2)
LEAVE_OUT (_hmac)
LEAVE_OUT (_md5)
LEAVE_OUT (_sha1)
LEAVE_OUT (_sha2)
LEAVE_OUT (_sha3)
#endif

KEPT static int
run_script (const char *folder)
{
  char path[4096];
  FILE *file;
  int status;

  snprintf (path, sizeof path, "import sys; sys.path.insert(0, '%s')", folder);
  if (PyRun_SimpleString (path) != 0)
    return 1;

  snprintf (path, sizeof path, "%s/embedded.py", folder);
  file = fopen (path, "r");
  if (file == NULL)
    return 1;

  status = PyRun_SimpleFile (file, path);
  fclose (file);

  return status;
}

int
main (int   argc,
      char *argv[])
{
  if (argc != 2 || PyImport_AppendInittab ("embed", init_module) != 0)
    return 2;

  Py_Initialize ();

  return run_script (argv[1]);
}
