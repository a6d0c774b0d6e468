"""What one would write by hand with SimPy: a process a request, coin flips, and a breaker over a window of 20 calls."""

import random
import sys
import time
from collections import deque

import simpy

requests = int(sys.argv[1])
draw = random.Random(42).random
env = simpy.Environment()
window = deque(maxlen=20)
failures = 0
open_until = -1.0
counts = {"success": 0, "failed": 0, "refused": 0}


def request():
    global failures, open_until
    if env.now < open_until:
        counts["refused"] += 1
        return
    failed = draw() < 0.3
    yield env.timeout(1.5)
    counts["failed" if failed else "success"] += 1
    if len(window) == 20:
        failures -= window[0]
    window.append(failed)
    failures += failed
    if len(window) >= 10 and failures * 2 >= len(window):
        open_until = env.now + 1000
        window.clear()
        failures = 0


def load():
    for index in range(requests):
        env.process(request())
        if index % 10 == 9:
            yield env.timeout(10)


env.process(load())
began = time.process_time()
env.run()
print((time.process_time() - began) * 1e6 / requests, sum(counts.values()))
