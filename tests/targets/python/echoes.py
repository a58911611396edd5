# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""echoes.py callbacks|generators: functions that a sampler that stops nothing finds hard to see

  callbacks    C calls short functions: sorted() its key, re.sub() what gives the new text
  generators   generators that resume generators, several deep: json with an indent

It ends when it is killed.
"""

import json
import re
import sys

import target

WORDS = "it was the best of times it was the worst of times".split() * 4
TREE = {"a": [1, [2, 3, {"b": [4, 5], "c": {"d": [6, [7, 8]]}}], "e"], "f": {"g": [9, 10]}}


def by_length(word):
    return len(word)


def by_end(word):
    return word[-1]


def shorten(match):
    return match.group()[0]


def order():
    sorted(WORDS, key=by_length)
    sorted(WORDS, key=by_end)


def replace():
    re.sub("[a-z]+", shorten, " ".join(WORDS))


def callbacks():
    while True:
        order()
        replace()


def generators():
    while True:
        json.dumps(TREE, indent=1)


target.ready()
{"callbacks": callbacks, "generators": generators}[sys.argv[1]]()
