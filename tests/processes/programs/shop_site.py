"""A WSGI application that has used its documents before the server forks its workers."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from shop import Item, Maker, connect, is_native, work

connect()
MAKER = Maker(name="before the fork").save()
work(f"loading-{os.getpid()}")
LOADED_IN = os.getpid()
# A cursor that is half read when the workers are made, and belongs to the parent.
HALF_READ = iter(Item.objects.batch_size(2))
next(HALF_READ)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Save and read documents under the name that is asked for; tell who did it."""
    name = parse_qs(environ["QUERY_STRING"])["name"][0]
    work(name, rounds=2)
    Item(name=f"{name}-made", maker=MAKER).save()
    made = Item.objects.get(name=f"{name}-made")
    answer = {
        "name": made.name,
        "maker": made.maker.name,
        "process": os.getpid(),
        "thread": threading.get_ident(),
        "preloaded": os.getpid() != LOADED_IN,
        "native": is_native(),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
