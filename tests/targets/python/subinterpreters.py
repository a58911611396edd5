# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""subinterpreters.py: a thread that runs an interpreter inside another

Stack: wait < main < <module>
Stack of inner: leaf < climb*3 < <module> < run_inner < Thread.run < ... < Thread._bootstrap

The frames of inner up to the first <module> are in an interpreter of their own. It tells them
itself, since sys._current_frames() knows one interpreter a thread.
"""

import json
import os
import sys
import threading

import standstill

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

TEXT = """
import json, os, sys, time

def leaf():
    say(sys._getframe())
    time.sleep(1e6)

def climb(n):
    return climb(n - 1) if n > 1 else leaf()

def say(frame):
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append((getattr(code, "co_qualname", code.co_name), code.co_filename,
                       frame.f_lineno + (not frames)))
        frame = frame.f_back
    os.write(WRITING, json.dumps(frames).encode() + b"\\n")

climb(3)
"""
reading, writing = os.pipe()
outer = []


def run_inner():
    text = TEXT.replace("WRITING", str(writing))
    name, file, line = standstill.frames_of(sys._getframe())[0]
    outer.append((name, file, line + 2)); outer.extend(standstill.frames_of(sys._getframe())[1:])
    interpreters.run_string(interpreters.create(), text)


def wait():
    standstill.gate.acquire()


def main():
    thread = threading.Thread(target=run_inner, name="inner", daemon=True)
    thread.start()
    with os.fdopen(reading, encoding="utf-8") as lines:
        standstill.described[thread.ident] = json.loads(lines.readline()) + outer
    standstill.observe(threads=2)
    wait()


main()
