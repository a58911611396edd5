# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""callbacks.py: C functions that call back: sorted(), re.sub(), map(), functools.reduce(), a slot
and, through ctypes, the C library's qsort()

Stack: leaf < compare < by_ctypes < by_comparison < Key.__lt__ < by_reduce < by_map < by_pattern <
    sub < by_key < main < <module>
"""

import ctypes
import functools
import re

from standstill import gate, observe

COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
libc = ctypes.CDLL(None)


def leaf():
    gate.acquire()


@COMPARE
def compare(left, right):
    leaf()
    return left[0] - right[0]


def by_ctypes():
    numbers = (ctypes.c_int * 4)(3, 1, 2, 0)
    libc.qsort(numbers, len(numbers), ctypes.sizeof(ctypes.c_int), compare)
    return list(numbers)


def by_comparison(left, right):
    return by_ctypes() < [left, right]


class Key:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return by_comparison(self.value, other.value)


def by_reduce(left, right):
    return max(Key(left), Key(right))


def by_map(number):
    return functools.reduce(by_reduce, range(number))


def by_pattern(match):
    return str(list(map(by_map, [len(match.group())])))


def by_key(text):
    return re.sub("b+", by_pattern, text)


def main():
    return sorted(["abbba", "b"], key=by_key)


observe()
main()
