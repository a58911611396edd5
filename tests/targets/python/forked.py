# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""forked.py os|c: a server's child, forked by Python or behind its back, as uWSGI does

  <module>;serve;spin          all of the time of the child, whose line this is

Where the C library's fork() alone was called, the thread states tell the threads of the parent.
"""

import ctypes
import os
import sys

import target


def spin():
    n = 0
    while True:
        n += 1


def serve():
    spin()


fork = os.fork if sys.argv[1] == "os" else ctypes.CDLL(None).fork
child = fork()
if child == 0:
    target.ready()
    serve()
os.waitpid(child, 0)
