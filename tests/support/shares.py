# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""shares.py: how far the shares of functions in two recordings are from each other.

The total variation of two recordings is half of the sum of the differences between the shares that
a function has in one and in the other, over all functions. It is the part of the samples that
would have to be given to another function to make them equal.
"""

def _list_differences(counts, others):
    whole, whole_others = sum(counts.values()), sum(others.values())
    return {name: counts.get(name, 0) / whole - others.get(name, 0) / whole_others
            for name in {*counts, *others}}


def variation(counts, others):
    """Gives the total variation of two distributions, each name → its weight."""
    return sum(map(abs, _list_differences(counts, others).values())) / 2
