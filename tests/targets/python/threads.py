# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""threads.py: threads with names, at different places; one that the threading module did not start

Stack: wait < main < <module>
Stack of reader: read < run_reader < Thread.run < ... < Thread._bootstrap
Stack of a name of more than fifteen characters: pause < run_pause < Thread.run < ... <
    Thread._bootstrap
Stack of Größe名: Special.wait < Special.run < ... < Thread._bootstrap
Stack of hasher: run_hasher < Thread.run < ... < Thread._bootstrap
Stack of None: run_plain

hasher is always busy, in C and without the lock of the interpreter.
"""

import _thread
import hashlib
import os
import threading
import time

from standstill import enlist, gate, observe

FOREVER_S = 1e6
reading, writing = os.pipe()


def read():
    os.read(reading, 1)


def run_reader():
    read()


def pause():
    time.sleep(FOREVER_S)


def run_pause():
    pause()


def run_hasher():
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 2 ** 31 - 1)


def run_plain():
    enlist(); time.sleep(FOREVER_S)


class Special(threading.Thread):
    def wait(self):
        gate.acquire()

    def run(self):
        self.wait()


def wait():
    gate.acquire()


def main():
    for name, function in (("reader", run_reader), ("hasher", run_hasher),
                           ("a name of more than fifteen characters", run_pause)):
        threading.Thread(target=function, name=name, daemon=True).start()
    Special(name="Größe名", daemon=True).start()
    _thread.start_new_thread(run_plain, ())
    wait()


observe(threads=6, busy=("hasher",))
main()
