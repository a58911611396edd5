# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""strange.py: a program in which the thread state of one of two threads tells no thread of it

  <module>;spin                what is seen of Python
  (Thread._bootstrap;…;)hide   runs as well, on nobody knows which thread
"""

import ctypes
import threading

import target

STATE_BYTES = 512
WORD_BYTES = 8

hidden = threading.Event()


def spin():
    n = 0
    while True:
        n += 1


def hide():
    """Makes this thread's state tell the first process of all."""
    ctypes.pythonapi.PyThreadState_Get.restype = ctypes.c_void_p
    state = ctypes.pythonapi.PyThreadState_Get()
    words = (ctypes.c_uint64 * (STATE_BYTES // WORD_BYTES)).from_address(state)
    words[list(words).index(threading.get_native_id())] = 1
    hidden.set()
    spin()


threading.Thread(target=hide, daemon=True).start()
hidden.wait()
target.ready()
spin()
