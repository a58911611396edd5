# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""shares.py: how far the shares of functions in two recordings are from each other.

The total variation of two recordings is half of the sum of the differences between the shares that
a function has in one and in the other, over all functions. It is the part of the samples that
would have to be given to another function to make them equal.
"""

import collections
import math

# Of stacks that have no function of Python.
NOTHING = "[no Python function]"


def count_self(stacks, names=None):
    """Gives name → samples in which it is the innermost function of Python.

    `stacks` has stack (a tuple, outermost first) → samples. Where native frames are among them,
    `names` are those of all functions of Python; the time of what is native is that of the function
    which called it.
    """
    counts = collections.Counter()
    for stack, count in stacks.items():
        known = (name for name in reversed(stack) if names is None or name in names)
        counts[next(known, NOTHING)] += count
    return counts


def merge(counts, names):
    """Gives the counts of functions by the last part of their names, those of others at None.

    Before 3.11 a function has no more than that part.
    """
    merged = collections.Counter()
    for name, count in counts.items():
        last = name.rsplit(".", 1)[-1]
        merged[last if last in names else None] += count
    return merged


def _list_differences(counts, others):
    whole, whole_others = sum(counts.values()), sum(others.values())
    return {name: counts.get(name, 0) / whole - others.get(name, 0) / whole_others
            for name in {*counts, *others}}


def _get_sign(number):
    return (number > 0) - (number < 0)


def variation(counts, others):
    """Gives the total variation of two distributions, each name → its weight."""
    return sum(map(abs, _list_differences(counts, others).values())) / 2


def lasting_variation(first, second):
    """Gives how much of a difference is there twice, from two pairs of distributions.

    The first pair says which functions have too much and which too little, and the second how
    much that is. So what is due to chance adds as often as it subtracts, and equal distributions
    have 0 on average. It needs no noise to be subtracted.
    """
    signs, sizes = _list_differences(*first), _list_differences(*second)
    return sum(size * _get_sign(signs.get(name, 0)) for name, size in sizes.items()) / 2


def count_independent(count, rate_hz, gaps_s2):
    """Gives how many independent samples are worth as much as `count`, of which some are alike.

    In a gap of g seconds rate_hz * g samples are alike. In Hoeffding's inequality they are one,
    with a weight of so many; it has the sum of the squares of all weights.
    """
    return count ** 2 / (count + rate_hz ** 2 * gaps_s2)


def bound_variation(kinds, count, other, probability):
    """Gives what the total variation of two equal distributions exceeds with this probability.

    That is of samples that are independent, `count` and `other` of them, each of one of `kinds`.
    The total variation is the largest difference that a set of kinds has. By Hoeffding's
    inequality that of one set exceeds t with a probability of exp(-2 t² / (1 / count + 1 / other))
    at most, whatever the shares are, and there are less than 2**kinds sets.
    """
    return math.sqrt((kinds * math.log(2) - math.log(probability)) * (1 / count + 1 / other) / 2)
