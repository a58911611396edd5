# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""farewell.py: a destructor runs while the frame that C called is cleared, and is no frame any more

  <module>;…;Farewell.__del__;busy    nearly all of the time, at the inner end: what clears the
                                      frame of callee() or routine() calls it
"""

import target

# They are there already: the loop calls nothing.
STEPS = (None,) * 50000


class Farewell:
    def __del__(self):
        busy()


def busy():
    for _ in STEPS:
        pass


def callee(_):
    guest = Farewell()


async def routine():
    guest = Farewell()


def resume():
    try:
        routine().send(None)
    except StopIteration:
        pass


target.ready()
while True:
    list(map(callee, range(1)))
    resume()
