"""What can go wrong while a server is looked for or started."""


class TestingError(RuntimeError):
    """Base of every error of :mod:`mongoengine_fast.testing`."""

    __test__ = False  # the name starts with "Test": pytest must not collect it


class MongodNotFound(TestingError):
    """No server is configured and no ``mongod`` can be found on this machine."""


class MongodStartError(TestingError):
    """A ``mongod`` was started and died, or did not answer in time.  The message ends with the tail of its log."""
