#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-task-offsets.py [PYTHON…]: writes task-offsets-table.inc.

Tasks are structs of the module _asyncio, which no header tells. So each PYTHON (3.12 and newer) is
asked: it runs this file, makes objects, and looks where in one of them the address of another
stands.

  src/python/make-task-offsets.py ~/.pyenv/versions/3.1[23]*/bin/python python3.1{4,5,3t,4t,5t} \\
    > src/python/task-offsets-table.inc

Without a PYTHON it asks the one that runs it, and prints its entry only.
"""

import asyncio
import ctypes
import gc
import os
import subprocess
import sys
import sysconfig
import textwrap

WORD = 8
# The lowest bits of a reference on a frame's stack may be tags.
TAGS = 3
NONE = "NONE"
MEMORY = os.open("/proc/self/mem", os.O_RDONLY)


def read_word(address):
    """Gives 0 where nothing is."""
    try:
        return int.from_bytes(os.pread(MEMORY, WORD, address), "little")
    except OSError:
        return 0


def read_bytes(thing, size):
    return ctypes.string_at(id(thing), size)


def find(address, size, value):
    """Gives where in `size` bytes at `address` the word `value` stands; it must stand once."""
    found = [at for at in range(0, size, WORD) if read_word(address + at) & ~TAGS == value]
    if len(found) != 1:
        raise SystemExit(f"{sys.version}: {value:#x} stands at {found}")
    return found[0]


def find_in(thing, value):
    return find(id(thing), type(thing).__basicsize__, id(value))


async def inner():
    await asyncio.sleep(1000)


async def outer():
    await inner()


def ask_task(task, coroutine):
    """The fields of a task, which has no callback and no name of its own yet."""
    task.set_name("a name of its own")
    yield "task.coroutine", find_in(task, coroutine)
    yield "task.name", find_in(task, task.get_name())
    task.add_done_callback(first := lambda _: None)
    task.add_done_callback(lambda _: None)
    callbacks = [thing for thing in gc.get_referents(task) if type(thing) is list]
    yield "task.callback", find_in(task, first)
    yield "task.callbacks", find_in(task, callbacks[0])


def ask_awaiters(task, others):
    """Since 3.14 a task says who awaits it: another one, or a set."""
    if not hasattr(asyncio, "future_add_to_awaited_by"):
        return
    asyncio.future_add_to_awaited_by(task, others[0])
    at = find_in(task, others[0])
    before = read_bytes(task, type(task).__basicsize__)
    asyncio.future_add_to_awaited_by(task, others[1])
    after = read_bytes(task, type(task).__basicsize__)
    flags = [i for i, byte in enumerate(before) if byte != after[i] and i not in range(at, at + 8)]
    if len(flags) != 1 or before[flags[0]] != 0 or after[flags[0]] != 1:
        raise SystemExit(f"{sys.version}: not one flag: {flags}")
    yield "task.awaiters", at
    yield "task.has_awaiters", flags[0]


def ask_coroutine(coroutine):
    """Where its frame lies in a coroutine, and where the frame has what is awaited: so many words
    below the top of its stack."""
    size = type(coroutine).__basicsize__
    at = find(id(coroutine), size, id(coroutine.cr_code))
    awaited = find(id(coroutine), size + 4 * WORD, id(coroutine.cr_await))
    yield "coroutine.frame", at
    # In 3.15 a number is above it. Since 3.14 the frame has the address of the top.
    words = {read_word(id(coroutine) + place) for place in range(at, awaited, WORD)}
    below = [n for n in range(1, 4) if id(coroutine) + awaited + n * WORD in words]
    if sys.version_info >= (3, 14) and len(below) != 1:
        raise SystemExit(f"{sys.version}: not one top: {below}")
    yield "coroutine.awaited", below[0] if below else 1


def ask_thread(task):
    get = ctypes.pythonapi.PyThreadState_Get
    get.restype = ctypes.c_void_p
    if sys.version_info >= (3, 14):
        yield "thread.task", find(get(), 1536, id(task))


def ask_callables():
    class Future(asyncio.Future):
        def method(self):
            pass

    future = Future()
    hidden = object()
    function = lambda: hidden  # noqa: E731
    yield "function.closure", find_in(function, function.__closure__)
    yield "cell.value", find_in(function.__closure__[0], hidden)
    yield "method.self", find_in(future.method, future)
    yield "builtin.self", find_in(future.done, future)
    yield "type.base", find(id(Future), 400, id(asyncio.Future))


def ask_set():
    """A set of seven has a table of 32 keys with their hashes."""
    things = [object() for _ in range(7)]
    full = set(things)
    size = type(full).__basicsize__
    yield "set.mask", find(id(full), size, 31 & ~TAGS)
    tables = [at for at in range(0, size, WORD) if read_word(id(full) + at) < 1 << 47 and
              id(things[0]) in [read_word(read_word(id(full) + at) + 2 * WORD * i)
                                for i in range(32)]]
    if len(tables) != 1:
        raise SystemExit(f"{sys.version}: not one table: {tables}")
    yield "set.table", tables[0]


async def ask():
    loop = asyncio.get_running_loop()
    coroutine = outer()
    task = loop.create_task(coroutine)
    others = [loop.create_task(inner()) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    figures = {}
    for found in (ask_task(task, coroutine), ask_awaiters(task, others), ask_coroutine(coroutine),
                  ask_thread(asyncio.current_task()), ask_callables(), ask_set()):
        figures.update(found)
    return figures


GROUPS = {
    "task": ["coroutine", "name", "callback", "callbacks", "awaiters", "has_awaiters"],
    "coroutine": ["frame", "awaited"],
    "thread": ["task"],
    "function": ["closure"],
    "cell": ["value"],
    "method": ["self"],
    "builtin": ["self"],
    "type": ["base"],
    "set": ["mask", "table"],
}


def print_entry():
    figures = asyncio.run(ask())
    version = sys.version_info
    print("{")
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    print(f"  /* Asked of {version[0]}.{version[1]}.{version[2]}{'t' * free_threaded} */")
    print(f"  .version = 0x{version[0]:02x}{version[1]:02x},")
    if free_threaded:
        print("  .free_threaded = TRUE,")
    for group, fields in GROUPS.items():
        inner_text = ", ".join(f".{field} = {figures.get(f'{group}.{field}', NONE)}"
                               for field in fields)
        for line in textwrap.wrap(f".{group} = {{ {inner_text} }},", 96, initial_indent="  ",
                                  subsequent_indent="    "):
            print(line)
    print("},", flush=True)


def main():
    if len(sys.argv) == 1:
        print_entry()
        return
    print("/* task-offsets-table.inc: written by make-task-offsets.py; not by hand")
    print(" *")
    print(" * SPDX-FileCopyrightText: 2026 The Sonde authors")
    print(" * SPDX-License-Identifier: GPL-3.0-or-later")
    print(" */", flush=True)
    for python in sys.argv[1:]:
        # On standard input: it may see other folders than we do.
        with open(__file__, encoding="utf-8") as script:
            subprocess.run([python, "-"], check=True, stdin=script)


main()
