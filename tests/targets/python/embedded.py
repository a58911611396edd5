# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""embedded.py: what embed.c runs: a program that is no Python has one in it

Stack: wait < main < <module>
Stack of caller: leaf < come_in

The program's own thread "caller" came in from C and calls come_in.
"""

import threading

import embed

from standstill import gate, observe


def leaf():
    gate.acquire()


def come_in():
    threading.current_thread().name = "caller"
    leaf()


def wait():
    gate.acquire()


def main():
    embed.call_on_thread(come_in)
    wait()


observe(threads=2)
main()
