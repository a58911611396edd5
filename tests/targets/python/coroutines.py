# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""coroutines.py: tasks that wait for each other; the innermost one blocks the loop

Stack: leaf < Session.__aexit__ < fetch < count < collect < third < ... < run < main < <module>

The tasks first and second wait for it and are on no stack.
"""

import asyncio

from standstill import gate, observe


def leaf():
    gate.acquire()


class Session:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *exception):
        leaf()


async def fetch():
    async with Session():
        await asyncio.sleep(0)


async def count():
    for number in range(3):
        yield number
        await asyncio.sleep(0)
        await fetch()


async def collect():
    async for number in count():
        del number


async def third():
    await asyncio.sleep(0.01)
    await collect()


async def second():
    await asyncio.create_task(third())


async def first():
    await asyncio.gather(asyncio.create_task(second()), asyncio.sleep(0))


def main():
    observe()
    asyncio.run(first())


main()
