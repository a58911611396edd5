# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""exceptions.py: handlers inside handlers, with tracebacks that are held

Stack: leaf < Guard.__exit__ < in_finally < in_except < main < <module>

The frames that raised are kept alive by their tracebacks and are on no stack.
"""

import sys

from standstill import gate, observe

held = []


def leaf():
    gate.acquire()


class Guard:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        held.append(traceback)
        leaf()
        return True


def fail(n):
    if n == 0:
        raise ValueError("on purpose")
    fail(n - 1)


def in_finally():
    try:
        fail(3)
    finally:
        held.append(sys.exc_info())
        with Guard():
            fail(2)


def in_except():
    try:
        fail(5)
    except ValueError as error:
        held.append(error)
        in_finally()


def main():
    in_except()


observe()
main()
