# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""names.py: names that are not ASCII, in a file whose name is not either

Stack: leaf < größe < функция < 名前 < Façade.été < 𐐀𐐁 < <module> < main < <module>

The inner ones are in a file whose name has bytes that are not UTF-8, which Python keeps as
surrogates.
"""

from standstill import gate, observe

FILE = "/tmp/größe 名前 \udcff.py"
TEXT = """
def größe():
    leaf()

def функция():
    größe()

def 名前():
    функция()

class Façade:
    def été(self):
        名前()

def 𐐀𐐁():
    Façade().été()

𐐀𐐁()
"""


def leaf():
    gate.acquire()


def main():
    exec(compile(TEXT, FILE, "exec"), {"leaf": leaf})


observe()
main()
