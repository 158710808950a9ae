"""Is sent a signal, named by the argument, in the middle of a query that would take ten seconds."""

import os
import signal
import sys
import threading

from shop import Item, connect

if __name__ == "__main__":
    connect()
    Item(name="slow").save()
    number = getattr(signal, sys.argv[1])
    # A shell starts background jobs with SIGINT ignored, which Python then leaves so.
    signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
    print("waiting", flush=True)
    Item.objects(__raw__={"$where": "sleep(10000) || true"}).first()
    print("not ended")
