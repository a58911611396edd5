# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""inside.py: runs an interpreter inside another all the time, in one thread

  <module>;main;outer;…                       of the interpreter that it came from, and inside of
  …;outer;<module>;inner;leaf                 them those of the other, or none

It ends when its standard input is closed.
"""

import select
import time

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

import target

TEXT = """
import time

def leaf(end):
    while time.monotonic() < end:
        pass

def inner():
    leaf(time.monotonic() + 0.2)
"""


def between(end):
    while time.monotonic() < end:
        pass


def outer(interpreter):
    while not select.select([0], [], [], 0)[0]:
        interpreters.run_string(interpreter, "inner()")
        between(time.monotonic() + 0.2)


def main():
    interpreter = interpreters.create()
    interpreters.run_string(interpreter, TEXT)
    target.ready()
    outer(interpreter)


main()
