# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""standstill.py: says from within where the threads of a program stand

A program imports it, calls observe() and lets its threads wait in `gate.acquire()`, or in any
call that does not come back. As soon as all of them stand still, a thread of its own prints one
line of JSON, innermost frame first:

  {"version": "3.11.2", "pid": 4711, "threads": [{"ident": 1399, "native_id": 4711,
   "name": "MainThread", "frames": [["leaf", "/tmp/a.py", 7], ...]}]}

and the program lives on until its standard input is closed. A name is the code object's qualified
one, which there is from 3.11 on, else its plain one.

The head comment of a program says what is expected, innermost first; the tests hold it to it:

  Stack: leaf < climb*3 < <module>          climb three times; `...` is any number of frames
  Stack of worker: leaf < ...               of the thread of that name, not of the main thread
  Stack before 3.12: leaf < <listcomp> < <module>
"""

import json
import os
import sys
import threading
import time

LOOK_S = 0.02
LOOKS = 3

gate = threading.Lock()
gate.acquire()

native_ids = {}

# What a thread said of itself, by ident: its frames, or what gives them for its innermost frame.
described = {}


def enlist():
    """Tells the id of the calling thread, where the threading module has none or a wrong one."""
    native_ids[threading.get_ident()] = threading.get_native_id()


def observe(threads=1, busy=()):
    """Begins to wait until `threads` threads stand still; those named in `busy` work in C."""
    observer = threading.Thread(target=_observe, args=(threads, busy), name="observer",
                                daemon=True)
    observer.start()


def frames_of(frame):
    """Lists the frames from `frame` outwards as (name, file, line)."""
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append((getattr(code, "co_qualname", code.co_name), code.co_filename,
                       frame.f_lineno or 0))
        frame = frame.f_back
    return frames


def say(threads):
    """Prints the line; `threads` is a list of dicts."""
    line = json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "pid": os.getpid(),
                       "threads": threads})
    os.write(1, line.encode() + b"\n")


def _look():
    """Gives what is known of each thread but the own one, and a mark that changes if it runs."""
    names = {thread.ident: thread for thread in threading.enumerate()}
    threads, marks = [], []
    for ident, frame in sys._current_frames().items():
        if ident == threading.get_ident():
            continue
        thread = names.get(ident)
        native_id = native_ids.get(ident) or getattr(thread, "native_id", None)
        name = thread.name if thread is not None else None
        threads.append({"ident": ident, "native_id": native_id, "name": name,
                        "frames": _describe(ident, frame)})
        marks.append((ident, id(frame), frame.f_lasti, _read_schedule(native_id)))
    return threads, sorted(marks, key=lambda mark: mark[0])


def _describe(ident, frame):
    found = described.get(ident)
    return found(frame) if callable(found) else found or frames_of(frame)


def _read_schedule(native_id):
    """Gives the state of a thread and how often it was put on a processor."""
    try:
        with open("/proc/self/task/%s/stat" % native_id, encoding="utf-8",
                  errors="replace") as stat:
            state = stat.read().rsplit(")", 1)[1].split()[0]
        with open("/proc/self/task/%s/schedstat" % native_id, encoding="utf-8") as schedstat:
            return state, schedstat.read().split()[2]
    except OSError:
        return "?", "0"


def _is_still(marks, before, threads, busy):
    if len(marks) != len(before) or len(marks) != len(threads):
        return False
    named = {thread["ident"]: thread["name"] for thread in threads}
    return all(now[:3] == then[:3] if named[now[0]] in busy
               else now == then and now[3][0] == "S" for now, then in zip(marks, before))


def _observe(count, busy):
    before, looks = [], 0
    while looks < LOOKS:
        time.sleep(LOOK_S)
        threads, marks = _look()
        still = len(threads) == count and _is_still(marks, before, threads, busy)
        looks = looks + 1 if still else 0
        before = marks
    say(threads)
    sys.stdin.read()
    os._exit(0)
