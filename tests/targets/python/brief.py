# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""brief.py: begins, works for a fifth of a second and ends, with a thread that goes on till then

  <module>;main;work                          that moment
  Thread._bootstrap;…;idle;work               until the interpreter is taken down
"""

import threading
import time


def work(end):
    while time.monotonic() < end:
        pass


def idle():
    while True:
        work(time.monotonic() + 0.001)


def main():
    threading.Thread(target=idle, daemon=True).start()
    work(time.monotonic() + 0.2)


main()
