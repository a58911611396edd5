# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""decorators.py: functions wrapped in Python, in C and by a class; a context manager

Stack: leaf < managed < ... < cached < counted.<locals>.wrapper < Twice.__call__ < partly < main <
    <module>

The frame between is contextlib's. functools.lru_cache and functools.partial are C.
"""

import contextlib
import functools

from standstill import gate, observe


def counted(function):
    @functools.wraps(function)
    def wrapper(*arguments, **named):
        wrapper.count += 1
        return function(*arguments, **named)

    wrapper.count = 0
    return wrapper


class Twice:
    def __init__(self, function):
        self.function = function

    def __call__(self, value):
        return self.function(2 * value)


def leaf():
    gate.acquire()


@contextlib.contextmanager
def managed():
    try:
        yield
    finally:
        leaf()


@Twice
@counted
@functools.lru_cache(maxsize=None)
def cached(value):
    with managed():
        return value


def partly(add, value):
    return cached(value + add)


def main():
    functools.partial(partly, 1)(2)


observe()
main()
