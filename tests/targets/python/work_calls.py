# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""work_calls.py: workloads of workloads.py that are about how functions are called

leaves has these self functions: repeat_leaves, left, left_leaf, right, right_leaf.

calls has these: call_all, by_position, by_name, by_default, by_star, by_stars, Callee.bound,
Callee.of_class, Callee.static, Callee.__call__.
"""

import functools
import re

DEPTH = 20
WORDS = "when in the course of human events it becomes necessary for one people".split()


def left_leaf(value):
    return value + 1


def right_leaf(value):
    return value - 1


def left(value):
    return left_leaf(value)


def right(value):
    return right_leaf(value)


def repeat_leaves():
    value = 0
    for _ in range(200):
        value = left(value)
        value = right(value)
    return value


def descend(depth):
    return descend(depth - 1) if depth > 1 else repeat_leaves()


def leaves():
    descend(DEPTH)


def fibonacci(number):
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


def is_even(number):
    return True if number == 0 else is_odd(number - 1)


def is_odd(number):
    return False if number == 0 else is_even(number - 1)


def depth_of(tree):
    return 1 + max(depth_of(branch) for branch in tree) if tree else 0


def permute(items, taken):
    if not items:
        return 1
    count = 0
    for i in range(len(items)):
        count += permute(items[:i] + items[i + 1:], taken + items[i:i + 1])
    return count


def recursion():
    fibonacci(9)
    is_even(40)
    depth_of([[[], [[]]], [[[[]], []]], []])
    permute([1, 2, 3, 4], [])


def by_length(word):
    return len(word)


def by_last(word):
    return word[-1]


def compare_words(one, other):
    return (one > other) - (one < other)


def capitalise(match):
    return match.group().upper()


def join_two(one, other):
    return one + other[0]


def mirror(word):
    return word[::-1]


def is_long(word):
    return len(word) > 3


def callbacks():
    sorted(WORDS, key=by_length)
    sorted(WORDS, key=functools.cmp_to_key(compare_words))
    min(WORDS, key=by_last)
    re.sub("[aeiou]", capitalise, "the separate and equal station")
    functools.reduce(join_two, WORDS, "")
    list(map(mirror, WORDS))
    list(filter(is_long, WORDS))


def counting(function):
    @functools.wraps(function)
    def counted(*arguments, **named):
        counted.count += 1
        return function(*arguments, **named)

    counted.count = 0
    return counted


def scaled_by(factor):
    def scale(function):
        return lambda value: factor * function(value)

    return scale


@counting
@scaled_by(3)
def triple(value):
    return value + 1


@counting
def offset_by(offset, value):
    return value + offset


@functools.lru_cache(maxsize=8)
def remembered(value):
    return value * value


def make_counter():
    count = 0

    def count_on():
        nonlocal count
        count += 1
        return count

    return count_on


def closures():
    add_five = functools.partial(offset_by, 5)
    count_on = make_counter()
    for number in range(12):
        triple(number)
        add_five(number)
        remembered(number)
        count_on()


def by_position(one, other):
    return one - other


def by_name(*, one, other):
    return one - other


def by_default(one=1, other=2):
    return one - other


def by_star(*numbers):
    return numbers[0]


def by_stars(**numbers):
    return numbers["one"]


class Callee:
    def bound(self, one):
        return one

    @classmethod
    def of_class(cls, one):
        return one

    @staticmethod
    def static(one):
        return one

    def __call__(self, one):
        return one


CALLEE = Callee()
PAIR, NAMED = (1, 2), {"one": 1, "other": 2}


def call_all():
    for number in range(10):
        by_position(number, 1)
        by_position(*PAIR)
        by_name(one=number, other=1)
        by_name(**NAMED)
        by_default()
        by_star(number, 1, 2)
        by_star(*PAIR)
        by_stars(one=number)
        CALLEE.bound(number)
        CALLEE.of_class(number)
        CALLEE.static(number)
        CALLEE(number)


WORKLOADS = {"leaves": leaves, "recursion": recursion, "callbacks": callbacks,
             "closures": closures, "calls": call_all}
