"""What a signal handler raises while a regular expression is searched for goes to the program."""

import signal

from tests.base.both_sides import alike, raised


@alike
def test_a_handler_ends_a_long_search(me):
    class Thing(me.Document):
        text = me.StringField(regex=r"^(a+)+$")

    def stop(number, frame):
        raise TimeoutError("stopped")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        return raised(Thing(text="a" * 30 + "b").validate)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
