# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""work_flow.py: workloads of workloads.py in which control goes in other ways than by calls"""

import asyncio

TREE = [[1, [2, 3]], [[4, [5, [6]]], 7], 8]


def count_up(limit):
    number = 0
    while number < limit:
        yield number
        number += 1


def squares(numbers):
    for number in numbers:
        yield number * number


def odd_ones(numbers):
    for number in numbers:
        if number % 2:
            yield number


def running_sum():
    total = 0
    while True:
        number = yield total
        total += number


def feed():
    total = running_sum()
    next(total)
    for number in odd_ones(squares(count_up(30))):
        total.send(number)
    total.close()


def walk(tree):
    for branch in tree:
        if isinstance(branch, list):
            yield from walk(branch)
        else:
            yield branch


def walk_by_loop(tree):
    if isinstance(tree, list):
        for branch in tree:
            for leaf in walk_by_loop(branch):
                yield leaf
    else:
        yield tree


def pairs(tree):
    last = None
    for leaf in walk(tree):
        yield last, leaf
        last = leaf


def walk_trees():
    list(pairs(TREE))
    sum(leaf for leaf in walk_by_loop(TREE))
    max(a + b for a, b in zip(walk(TREE), (leaf for leaf in walk(TREE))))


async def produce(queue, count):
    for number in range(count):
        await queue.put(number)
    await queue.put(None)


async def consume(queue):
    total = 0
    while True:
        number = await queue.get()
        if number is None:
            return total
        total = await add_later(total, number)


async def add_later(total, number):
    if number % 3 == 0:
        await asyncio.sleep(0)
    return total + number


async def tick(count):
    for number in range(count):
        yield number
        await asyncio.sleep(0)


class Lease:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, kind, value, traceback):
        await asyncio.sleep(0)


async def hold_leases():
    async with Lease():
        return [number async for number in tick(4)]


async def serve():
    queue = asyncio.Queue(maxsize=2)
    return await asyncio.gather(produce(queue, 8), consume(queue), hold_leases(), hold_leases())


# A function in C has this name too, and before 3.11 there is no class before it.
call_soon = asyncio.BaseEventLoop.call_soon
call_soon.__code__ = call_soon.__code__.replace(co_name="call_soon_of_loop")

LOOP = asyncio.new_event_loop()


def run_tasks():
    LOOP.run_until_complete(serve())


class Refused(Exception):
    def __init__(self, depth):
        super().__init__("refused")
        self.depth = depth


def refuse(depth):
    if depth == 0:
        raise Refused(depth)
    refuse(depth - 1)


def translate(depth):
    try:
        refuse(depth)
    except Refused as refused:
        raise ValueError("translated") from refused


def clean_up(log):
    try:
        translate(3)
    finally:
        log.append("cleaned")


def attempt(log):
    try:
        clean_up(log)
    except ValueError as error:
        return str(error.__cause__)
    return None


def look_up(names, name):
    try:
        return names[name]
    except KeyError:
        return None


def raise_and_catch():
    log = []
    for name in ("first", "second", "third"):
        attempt(log)
        look_up({"first": 1}, name)
        for number in ("1", "x"):
            try:
                int(number)
            except ValueError:
                log.append(number)


def weigh(row, column):
    return row * column


def comprehend():
    [[weigh(row, column) for column in range(5)] for row in range(4)]
    {row: {weigh(row, column) for column in range(4)} for row in range(4)}
    sum(weigh(number, 2) for number in range(12) if number % 3)
    {name: [letter for letter in name if letter > "c"] for name in ("first", "second")}
    tuple(sorted({weigh(number, number) for number in range(10)}))


WORKLOADS = {"generators": feed, "nested-generators": walk_trees, "async": run_tasks,
             "exceptions": raise_and_catch, "comprehensions": comprehend}
