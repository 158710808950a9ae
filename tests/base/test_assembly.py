"""Classes put together from parts look as if they had been written in one piece."""

import pytest

from mongoengine_fast.base.assembly import assemble, present_as


class Low:
    def place(self):
        return "low"

    def only_low(self):
        return "only low"


class Left(Low):
    constant = 1

    @property
    def size(self):
        return 2

    @classmethod
    def make(cls):
        return cls.__name__


class Right(Low):
    def place(self):
        return "right"

    @staticmethod
    def count():
        return 3


def whole():
    class Whole:
        """One piece."""

        constant = 4

    assemble(Whole, Left, Right)
    return Whole


def test_everything_of_the_parts_is_there():
    made = whole()()
    assert (made.size, made.make(), made.count(), made.only_low()) == (2, "Whole", 3, "only low")


def test_the_parts_are_no_bases():
    assert [cls.__name__ for cls in whole().__mro__] == ["Whole", "object"]
    assert whole().__doc__ == "One piece."


def test_what_the_class_has_itself_stays():
    assert whole().constant == 4


def test_the_order_is_that_of_bases():
    assert whole()().place() == "right"


def test_functions_name_the_class_they_are_in():
    class Part:
        def run(self): ...

        @property
        def size(self): ...

        @classmethod
        def make(cls): ...

    class Machine:
        __module__ = "somewhere"

    assemble(Machine, Part)
    functions = (Machine.run, Machine.size.fget, Machine.make)
    names = [function.__qualname__.rpartition("<locals>.")[2] for function in functions]
    assert names == ["Machine.run", "Machine.size", "Machine.make"]
    assert {function.__module__ for function in functions} == {"somewhere"}


def test_a_part_that_calls_super_is_refused():
    class Part:
        def __init__(self):
            super().__init__()

    class Machine: ...

    with pytest.raises(TypeError, match="calls super"):
        assemble(Machine, Part)


def test_super_reaches_the_assembled_class():
    class Derived(whole()):
        def place(self):
            return f"derived, {super().place()}"

    assert Derived().place() == "derived, right"


def test_another_home():
    def function(): ...

    present_as("elsewhere", function)
    assert function.__module__ == "elsewhere"
