# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mixture.py: Python functions, C functions that they call, and a thread that runs no Python

  <module>;main;work;pack;deflate             some three fifths of the time, in the C library libz
  <module>;main;work;count                    most of the rest

The main thread has the interpreter's lock while it is in count() and not while it is in deflate().
The third thread came from the C library and waits in pause(). It ends when its standard input is
closed.
"""

import ctypes
import select
import sys
import threading
import zlib

DATA = bytes(range(256)) * 400


def pack():
    return zlib.compress(DATA, 9)


def count():
    total = 0
    for number in range(20000):
        total += number
    return total


def work():
    pack()
    count()


def start_native_thread():
    libc = ctypes.CDLL(None)
    thread = ctypes.c_ulong()
    pause = ctypes.cast(libc.pause, ctypes.c_void_p)
    if libc.pthread_create(ctypes.byref(thread), None, pause, None) != 0:
        sys.exit("no thread")


def main():
    start_native_thread()
    print("ready", flush=True)
    while not select.select([0], [], [], 0)[0]:
        work()


main()
