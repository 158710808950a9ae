"""Sends tasks to the worker, and prints what comes back."""

import json

from shop_tasks import make

NUMBER = 20

if __name__ == "__main__":
    waiting = [make.delay(f"task{number}") for number in range(NUMBER)]
    print(json.dumps([result.get(timeout=40, interval=0.05) for result in waiting]))
