# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""released.py: works half of the time in Python and half in C, without the interpreter's lock

  <module>;main;hold          has the lock
  <module>;main;release       has not: hashlib lets it go

Prints the real time of each when standard input is closed:

  {"hold": REAL_NS, "release": REAL_NS}
"""

import hashlib
import json
import select
import time

import target

# Some 10 ms of each.
ROUNDS = 200000
ITERATIONS = 15000

used = {"hold": 0, "release": 0}


def hold():
    total = 0
    for number in range(ROUNDS):
        total += number
    return total


def release():
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", ITERATIONS)


def main():
    target.ready()
    while not select.select([0], [], [], 0)[0]:
        for name, function in (("hold", hold), ("release", release)):
            begin = time.monotonic_ns()
            function()
            used[name] += time.monotonic_ns() - begin
    print(json.dumps(used))


main()
