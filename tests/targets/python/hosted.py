# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""hosted.py: a thread runs an interpreter that the main thread has made; both are busy in turn

  <module>;run_main;main_hot                            the main thread
  Thread._bootstrap;…;host_run;<module>;sub_main;inner_hot   the other one
"""

import os
import threading
import time

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

import target

TEXT = """
import os
import time

def inner_hot():
    for _ in range(100000):
        pass

def sub_main():
    while True:
        inner_hot()
        time.sleep(0.001)

os.write({told}, b"!")
sub_main()
"""


def host_run(interpreter):
    interpreters.run_string(interpreter, TEXT.format(told=told))


def main_hot():
    for _ in range(100000):
        pass


def run_main():
    # The lock is not taken from one interpreter for another where both have the same one.
    while True:
        main_hot()
        time.sleep(0.001)


reads, told = os.pipe()
made = interpreters.create()
threading.Thread(target=host_run, args=(made,), daemon=True).start()
# The interpreter is run by now.
os.read(reads, 1)
target.ready()
run_main()
