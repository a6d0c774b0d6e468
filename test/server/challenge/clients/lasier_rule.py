"""A client with httpx and a breaker of its own by lasier's rule: a percentage of failures, and no half-open state.

lasier_rule.py <session> <url> <code> ..., until it is killed.
"""

import asyncio
import sys
import time

import httpx

session, url, *codes = sys.argv[1:]
MIN_REQUESTS, MAX_FAILURES_PERCENT, OPEN_S, EVERY_S = 10, 50, 1.5, 0.05


class Breaker:
    def __init__(self):
        self.opens_at, self.requests, self.failures = 0.0, 0, 0

    def admits(self):
        return time.monotonic() >= self.opens_at

    def done(self, ok):
        self.requests += 1
        self.failures += not ok
        if self.requests >= MIN_REQUESTS and 100 * self.failures >= MAX_FAILURES_PERCENT * self.requests:
            self.opens_at = time.monotonic() + OPEN_S
            self.requests = self.failures = 0
        elif self.requests >= 40:
            self.requests, self.failures = self.requests // 2, self.failures // 2


async def main():
    breaker = Breaker()
    async with httpx.AsyncClient(timeout=1.0, headers={"X-Chaos-Session": session}) as client:

        async def fetch(code):
            try:
                answer = await client.get(f"{url}/catalogs/{code}")
                breaker.done(answer.status_code == 200)
            except httpx.HTTPError:
                breaker.done(False)

        began, sent, tasks = time.monotonic(), 0, set()
        while True:
            if breaker.admits():
                task = asyncio.create_task(fetch(codes[sent % len(codes)]))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            sent += 1
            await asyncio.sleep(max(0, began + sent * EVERY_S - time.monotonic()))


asyncio.run(main())
