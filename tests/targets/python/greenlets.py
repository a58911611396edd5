# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""greenlets.py: coroutines that lie on top of each other on one C stack (needs greenlet)

  body_a;leaf                 half of the time
  body_b;<lambda>;leaf        the other half; C calls the lambda

What is below on the C stack, that of the one that started them, has frames of Python of its own, to
which none of theirs leads.
"""

import greenlet

import target

# They are there already: the loop calls nothing.
STEPS = (None,) * 20000


def leaf(_):
    for _ in STEPS:
        pass


def body_a():
    while True:
        leaf(None)
        b.switch()


def body_b():
    while True:
        list(map(lambda _: leaf(None), range(1)))
        a.switch()


def start(_):
    a.switch()


a = greenlet.greenlet(body_a)
b = greenlet.greenlet(body_b)
target.ready()
list(map(start, range(1)))
