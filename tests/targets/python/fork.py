# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""fork.py: a program that forks from its second thread; parent and child stand still

Stack: wait < main < <module>
Stack of forker: in_parent < split < Thread.run < ... < Thread._bootstrap
Stack of child: in_child < split < Thread.run < ... < Thread._bootstrap

The child has this one thread, which is its main thread. Both print their line.
"""

import os
import threading
import warnings

from standstill import enlist, gate, observe


def in_parent():
    gate.acquire()


def in_child():
    threading.current_thread().name = "child"
    # The threading module goes on with the id that the thread had in the parent.
    enlist()
    observe()
    gate.acquire()


def split():
    if os.fork() == 0:
        in_child()
    observe(threads=2)
    in_parent()


def wait():
    gate.acquire()


def main():
    threading.Thread(target=split, name="forker", daemon=True).start()
    wait()


warnings.simplefilter("ignore", DeprecationWarning)
main()
