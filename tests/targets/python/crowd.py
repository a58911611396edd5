# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""crowd.py COUNT: one busy thread, and so many that sleep

  <module>;main                               busy, until standard input is closed
  Thread._bootstrap;…;Event.wait;…             the others
"""

import select
import sys
import threading

import target


def main():
    gate = threading.Event()
    for _ in range(int(sys.argv[1])):
        threading.Thread(target=gate.wait, daemon=True).start()
    target.ready()
    while not select.select([0], [], [], 0)[0]:
        pass


main()
