# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""work_objects.py: workloads of workloads.py that are about objects and classes

small-methods has these self functions: transfer_all, transfer, Amount.__init__, Amount.add,
Amount.part, Amount.is_negative, Account.__init__, Account.put, Account.take, Account.can_take.
"""

import abc
import contextlib
import dataclasses


class Amount:
    __slots__ = ("units", "cents")

    def __init__(self, units, cents):
        self.units = units
        self.cents = cents

    def add(self, other):
        return Amount(self.units + other.units, self.cents + other.cents)

    def part(self, divisor):
        return Amount(self.units / divisor, self.cents / divisor)

    def is_negative(self):
        return 100 * self.units + self.cents < 0


class Account:
    def __init__(self, units):
        self.balance = Amount(units, 0)
        self.moves = 0

    def can_take(self):
        return not self.balance.is_negative()

    def put(self, amount):
        self.balance = self.balance.add(amount)
        self.moves += 1

    def take(self, amount):
        self.balance = self.balance.add(Amount(-amount.units, -amount.cents))
        self.moves += 1


def transfer(giver, taker, amount):
    if giver.can_take():
        giver.take(amount)
        taker.put(amount)


def transfer_all():
    accounts = [Account(10 * number) for number in range(6)]
    amount = Amount(3, 50)
    for number, giver in enumerate(accounts):
        transfer(giver, accounts[number - 1], amount.part(number + 1))


class Typed:
    """A descriptor that looks at what it is given."""

    def __init__(self, kind):
        self.kind = kind

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return getattr(instance, self.name)

    def __set__(self, instance, value):
        if not isinstance(value, self.kind):
            raise TypeError(self.name)
        setattr(instance, self.name, value)


class Box:
    width = Typed(int)
    height = Typed(int)

    def __init__(self, width, height):
        self.width = width
        self.height = height

    @property
    def area(self):
        return self.width * self.height

    @area.setter
    def area(self, area):
        self.width = area // self.height

    def __getattr__(self, name):
        return len(name)

    def __add__(self, other):
        return Box(self.width + other.width, self.height)

    def __eq__(self, other):
        return self.area == other.area

    def __hash__(self):
        return self.width

    def __getitem__(self, index):
        return self.width if index == 0 else self.height

    def __len__(self):
        return 2


def describe_boxes():
    box = Box(2, 3)
    for number in range(5):
        box.area = 6 * number
        if box == box + Box(number, 1):
            return
        {box: box[0], box.depth: box[1]}.get(box)
        len(box)


class Registering(type):
    """A metaclass that does something in every place where it may."""

    @classmethod
    def __prepare__(mcs, name, bases):
        return {"prepared": name}

    def __new__(mcs, name, bases, body):
        body["born"] = len(bases)
        return super().__new__(mcs, name, bases, body)

    def __init__(cls, name, bases, body):
        super().__init__(name, bases, body)
        cls.keys = sorted(key for key in body if not key.startswith("_"))

    def __call__(cls, *arguments):
        instance = super().__call__(*arguments)
        instance.made = True
        return instance

    def __instancecheck__(cls, instance):
        return hasattr(instance, "made")


class Watched:
    def __init_subclass__(cls, **named):
        super().__init_subclass__(**named)
        cls.watched = cls.__name__


def make_class(number):
    class Made(metaclass=Registering):
        def value(self):
            return number

    return Made


def make_watched(number):
    class Heir(Watched):
        index = number

    return Heir


class Sized(abc.ABC):
    @abc.abstractmethod
    def size(self):
        """Says how large it is."""


def make_classes():
    made = make_class(1)
    isinstance(made().value(), made)
    make_watched(2)
    type("Plain", (Sized,), {"size": lambda self: 3})().size()


class Guard:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log.append(1)
        return self

    def __exit__(self, kind, value, traceback):
        self.log.pop()
        return kind is not None


@contextlib.contextmanager
def marked(log):
    log.append(2)
    try:
        yield log
    finally:
        log.pop()


def enter_contexts():
    log = []
    for _ in range(3):
        with Guard(log), marked(log):
            log.count(1)
        with contextlib.suppress(KeyError), Guard(log):
            raise KeyError
        with contextlib.ExitStack() as stack:
            stack.enter_context(Guard(log))
            stack.enter_context(marked(log))
            stack.callback(log.count, 2)


class Base:
    def __init__(self, name):
        self.name = name


class Placed(Base):
    def __init__(self, name, place):
        super().__init__(name)
        self.place = place


class Counted(Placed):
    count = 0

    def __new__(cls, *arguments):
        cls.count += 1
        return super().__new__(cls)

    def __init__(self, name, place, number):
        super().__init__(name, place)
        self.number = number

    def __del__(self):
        Counted.count -= 1


class Mixed(Counted):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.parts = [Base(name) for name in "ab"]


@dataclasses.dataclass(order=True)
class Record:
    key: int
    name: str = "none"
    parts: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.parts.append(self.key)


def make_objects():
    for number in range(5):
        Counted("counted", (number, 1), number)
        Mixed("mixed", (number, 2), number)
        if Record(number) < Record(number + 1, "one"):
            repr(Record(number))


WORKLOADS = {"small-methods": transfer_all, "descriptors": describe_boxes,
             "metaclasses": make_classes, "contexts": enter_contexts, "objects": make_objects}
