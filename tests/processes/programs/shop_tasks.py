"""Celery tasks on documents; the broker is a folder."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from shop import Item, connect, is_native, work

FOLDER = Path(os.environ["SHOP_BROKER"])

application = Celery("shop_tasks", broker="filesystem://", backend=f"file://{FOLDER / 'results'}")
application.conf.update(
    broker_transport_options={
        "data_folder_in": str(FOLDER / "queue"),
        "data_folder_out": str(FOLDER / "queue"),
        "control_folder": str(FOLDER / "control"),
        "polling_interval": 0.05,
    },
    broker_connection_retry_on_startup=False,
    worker_hijack_root_logger=False,
)

# Used before the pool forks, as an application that reads its settings from the database does.
connect()
work(f"before-{os.getpid()}")


@application.task
def make(name: str) -> dict[str, Any]:
    """Save and read documents; tell who did it."""
    work(name, rounds=2)
    made = Item(name=f"{name}-made").save()
    return {"name": Item.objects.get(id=made.id).name, "process": os.getpid(), "native": is_native()}
