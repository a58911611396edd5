# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""tasks.py: in two threads, a task that others await, in each way that asyncio has for it

Stack: leaf < [leaf] < by_awaiting < [by_awaiting] < ... < by_group < [by_group] < by_gather <
    [by_gather] < ... < by_waiting < [by_waiting] < by_shield < [by_shield] < nest < nest < main <
    [Task-1]
Stack of other: leaf < [leaf] < by_awaiting < [by_awaiting] < ... < by_group < [by_group] <
    by_gather < [by_gather] < ... < by_waiting < [by_waiting] < by_shield < [by_shield] < nest <
    nest < main < [main of other]

Each is awaited by the next one. What it tells is found from the other end: for each task, what it
awaits.
"""

import asyncio
import inspect
import threading

from standstill import described, frames_of, gate, observe

# Of each thread, by its ident: its event loop and the task that it runs.
loops, running = {}, {}

# Task → the future that stands for it.
shields = {}


def coroutines_of(task):
    """Lists what a task that is suspended is in, outermost first."""
    coroutine, coroutines = task.get_coro(), []
    while inspect.iscoroutine(coroutine) and coroutine.cr_frame is not None:
        coroutines.append(coroutine)
        coroutine = coroutine.cr_await
    return coroutines


def awaits(task, other):
    """Tells whether a task awaits another, alone or among others."""
    waiter = task._fut_waiter
    if waiter is not None and waiter in (other, shields.get(other)):
        return True
    scopes = [coroutine.cr_frame.f_locals for coroutine in coroutines_of(task)]
    among = [getattr(waiter, "_children", ())]
    among += [getattr(scope.get("self"), "_tasks", ()) for scope in scopes]
    among += [scope.get("fs", ()) for scope in scopes]
    return any(other in tasks for tasks in among)


def make_describer(ident):
    """Gives what tells the frames of the task that a thread runs, and of all that await it."""
    def describe(frame):
        task = running.get(ident)
        if task is None:
            return frames_of(frame)
        # leaf() is all that it is in.
        frames = frames_of(frame)[:1]
        while task is not None:
            frames.append((f"[{task.get_name()}]", None, 0))
            task = next((other for other in asyncio.all_tasks(loops[ident])
                         if awaits(other, task)), None)
            if task is not None:
                frames += [frames_of(coroutine.cr_frame)[0]
                           for coroutine in reversed(coroutines_of(task))]
        return frames
    return describe


async def leaf():
    running[threading.get_ident()] = asyncio.current_task()
    gate.acquire()


async def by_awaiting():
    await asyncio.create_task(leaf(), name="leaf")


async def by_group():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(1e6))
        group.create_task(by_awaiting(), name="by_awaiting")


async def by_gather():
    await asyncio.gather(asyncio.sleep(1e6), asyncio.create_task(by_group(), name="by_group"))


async def by_waiting():
    await asyncio.wait([asyncio.create_task(asyncio.sleep(1e6)),
                        asyncio.create_task(by_gather(), name="by_gather")])


async def by_shield():
    inner = asyncio.create_task(by_waiting(), name="by_waiting")
    shields[inner] = asyncio.shield(inner)
    await shields[inner]


async def nest(depth):
    if depth > 1:
        await nest(depth - 1)
    else:
        await asyncio.create_task(by_shield(), name="by_shield")


async def main():
    ident = threading.get_ident()
    loops[ident] = asyncio.get_running_loop()
    described[ident] = make_describer(ident)
    if threading.current_thread() is threading.main_thread():
        threading.Thread(target=lambda: asyncio.run(main()), name="other", daemon=True).start()
    else:
        asyncio.current_task().set_name("main of other")
    await nest(2)


observe(threads=2)
asyncio.run(main())
