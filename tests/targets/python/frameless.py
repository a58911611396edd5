# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""frameless.py: a thread of Python that has no frame, since C is all that it runs

  <module>;main               the main thread, asleep
                              the other one, in time.sleep(), which no function of Python called
"""

import _thread
import time

import target


def main():
    _thread.start_new_thread(time.sleep, (1000,))
    time.sleep(0.1)
    target.ready()
    time.sleep(1000)


main()
