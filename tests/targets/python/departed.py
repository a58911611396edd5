# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""departed.py SECONDS: becomes a program that is none of Python's, after so long

  <module>                                    before
  native functions only                       after it, until who started it ends
"""

import os
import sys
import time

import target

target.ready()
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    pass
os.execv("/bin/sh", ["sh", "-c", "while kill -0 %d; do :; done" % os.getppid()])
