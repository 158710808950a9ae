"""Pools of processes by the start method that the argument names, of a parent that has used its connection."""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from shop import Item, connect, is_native, me, work


def task(name: str) -> tuple[int, str, bool]:
    """Work in a process of the pool, connecting where the start method has not brought a connection along."""
    if "default" not in me.connection._connection_settings:
        connect()
    work(name)
    return os.getpid(), Item.objects(name__startswith=f"{name}-").first().name, is_native()


def carry(item: Item) -> Item:
    """Take a document through a pickle there and back, changed on the way."""
    task("carried")
    item.tags.append("carried")
    return item


def main(method: str) -> None:
    context = multiprocessing.get_context(method)
    connect()
    work("parent")
    with context.Pool(2) as pool:
        done = pool.map(task, [f"pool{number}" for number in range(6)], chunksize=1)
        item = pool.apply(carry, (Item.objects.first(),))
        work("parent-meanwhile")
        pool.close()
        pool.join()
    assert all(native and first == f"pool{number}-0" for number, (_, first, native) in enumerate(done)), done
    assert item.save().reload().tags[-1] == "carried"
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert len({pid for pid, _, _ in executor.map(task, [f"executor{number}" for number in range(4)])}) <= 2
    process = context.Process(target=task, args=("process",))
    process.start()
    process.join(30)
    assert process.exitcode == 0
    work("parent-again")
    assert is_native()
    print("done")


if __name__ == "__main__":
    main(sys.argv[1])
