"""An asyncio program whose operations run in threads; the loop goes on meanwhile, and cancelling is harmless."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

from shop import Item, connect, is_native, me, plain_client, work

AT_ONCE = 50
NAP_MS = 400


def nap(number: int) -> int:
    assert Item.objects(name="slow", __raw__={"$where": f"sleep({NAP_MS}) || true"}).first().name == "slow"
    return number


async def overlapping() -> None:
    """Long queries overlap, and the loop keeps its time."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            start = time.monotonic()
            await asyncio.sleep(0.02)
            late.append(time.monotonic() - start - 0.02)

    ticker = asyncio.create_task(tick())
    start = time.monotonic()
    assert await asyncio.gather(*(asyncio.to_thread(nap, number) for number in range(12))) == list(range(12))
    assert time.monotonic() - start < 12 * NAP_MS / 1000 * 0.7
    ticker.cancel()
    assert len(late) > 5
    assert sorted(late)[len(late) // 2] < 0.05, late


async def cancelled() -> None:
    """A task that is cancelled while its thread waits; the thread finishes on its own."""
    tasks = [asyncio.create_task(asyncio.to_thread(nap, number)) for number in range(6)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.to_thread(nap, 1), 0.05)
    await asyncio.to_thread(work, "after-cancelling")


async def main() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(AT_ONCE))
    await asyncio.to_thread(connect)
    await asyncio.to_thread(Item(name="slow").save)
    await asyncio.gather(*(asyncio.to_thread(work, f"async{number}", 3) for number in range(AT_ONCE)))
    await overlapping()
    await cancelled()
    assert plain_client()[me.get_db().name]["item"].count_documents({}) == AT_ONCE * 3 + 6


if __name__ == "__main__":
    asyncio.run(main())
    print("done", is_native())
