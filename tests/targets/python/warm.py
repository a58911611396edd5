# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""warm.py: calls that ran so often that the interpreter has shorter ways for them

Stack: leaf < Thing.__init__ < Thing.value < Thing.__getitem__ < Asked.__getattribute__ <
    generate < consume < Asked.__add__ < step < main < <module>

From 3.12 on a frame of the interpreter's own, which is not shown, lies between an __init__ and the
function that made the object.
"""

from standstill import gate, observe

WARM = 5000


def leaf(wait):
    if wait:
        gate.acquire()


class Thing:
    def __init__(self, wait):
        leaf(wait)

    @property
    def value(self):
        return Thing(WAIT[0])

    def __getitem__(self, key):
        return self.value


class Asked:
    def __init__(self):
        self.thing = Thing(False)

    def __getattribute__(self, name):
        if name == "thing":
            return object.__getattribute__(self, name)
        return self.thing[name]

    def __add__(self, other):
        return consume(self)


def generate(asked):
    yield 1
    yield asked.something


def consume(asked):
    for value in generate(asked):
        pass
    return value


def step(asked):
    return asked + 1


def main():
    asked = Asked()
    for number in range(WARM):
        if number == WARM - 1:
            WAIT[0] = True
        step(asked)


WAIT = [False]
observe()
main()
