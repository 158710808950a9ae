"""What a signal handler raises while a regular expression is searched for goes to the program."""

from tests.base.alarms import alarm
from tests.base.both_sides import alike, raised


@alike
def test_a_handler_ends_a_long_search(me):
    class Thing(me.Document):
        text = me.StringField(regex=r"^(a+)+$")

    with alarm():
        return raised(Thing(text="a" * 30 + "b").validate)
