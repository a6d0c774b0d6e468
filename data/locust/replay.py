"""The load of a run of chaos, for Locust (https://locust.io), alone or on several machines:

    locust -f this-file.py --headless
    locust -f this-file.py --headless --master --expect-workers 2     (and, on each machine:)
    locust -f this-file.py --worker --master-host <the master>

It sends the same requests at the same moments, with the same keys, as the arm that ARM names: "none" (each request once) or
"retry" (failed ones again, after the same pauses). Request k has the key seed-k and meets the same fate as request k of the
run. The workers share the requests out among themselves: each is sent by one of them. It ends by itself, with exit code 0,
99 where an expectation was not met, and 1 where a worker was lost, because then its requests are not in the figures.

Environment: TARGET (where to), ARM (none or retry), CHAOS_SESSION (a session of the server).
"""

import email.utils
import json
import math
import os
import time

import gevent
import requests.adapters
from gevent.pool import Group, Pool
from locust import HttpUser, LoadTestShape, events, task
from locust.runners import MasterRunner, WorkerRunner

LOAD = None

TARGET = os.environ.get("TARGET") or LOAD["target"]
ARM = os.environ.get("ARM") or LOAD["arm"]
SESSION = os.environ.get("CHAOS_SESSION")
RETRY = LOAD["retry"]
ARMS = ("none", "retry")
if ARM not in ARMS:
    raise SystemExit(f"ARM is {ARM}: write one of {', '.join(ARMS)}")

# Time for every worker to hear its share before the first request leaves.
LEAD_S = 1.0


# The draws of chaos: FNV-1a with the finaliser of MurmurHash3, over UTF-16 code units.


def product(a, b):
    return (a * b) & 0xFFFFFFFF


def hashed(state, text):
    units = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2):
        state = product(state ^ (units[at] | units[at + 1] << 8), 0x01000193)
    return state


def mixed(state):
    state = product(state ^ (state >> 16), 0x85EBCA6B)
    state = product(state ^ (state >> 13), 0xC2B2AE35)
    return state ^ (state >> 16)


def stream(seed):
    return mixed(hashed(hashed(0x811C9DC5, seed), "/latency/"))


def draw(state, key, attempt):
    return mixed(product(hashed(state, key) ^ (0x100 + attempt), 0x01000193)) / 4294967296


def starts(schedule, count, seed):
    """The planned start of each request in seconds, in their order."""
    kind = schedule["kind"]
    if kind == "batches":
        for index in range(count):
            yield index // schedule["concurrency"] * schedule["everyMs"] / 1000
    elif kind == "rate":
        for index in range(count):
            yield index / schedule["perSecond"]
    elif kind == "poisson":
        state, at = stream(f"{seed}/arrivals"), 0.0
        for index in range(count):
            at += -math.log(1 - draw(state, str(index), 0)) / schedule["perSecond"]
            yield at
    elif kind == "ramp":
        first, last, over = schedule["fromPerSecond"], schedule["toPerSecond"], schedule["overMs"] / 1000
        within, slope = (first + last) / 2 * over, (last - first) / over
        for index in range(count):
            if index > within:
                yield over + (index - within) / last
            elif index == 0:
                yield 0.0
            else:
                root = math.sqrt(max(0.0, first * first + 2 * slope * index))
                yield min(over, 2 * index / (first + root))
    else:
        for index in range(count):
            yield 0.0


class Tally:
    """What became of the requests of one process; plain data, so that a worker can send it."""

    def __init__(self):
        self.counts = {"requests": 0, "useful": 0, "failed": 0, "calls": 0, "wasted": 0}
        self.latencies = {"success": {}, "failed": {}}

    def settle(self, good, seconds):
        self.counts["requests"] += 1
        self.counts["useful" if good else "failed"] += 1
        table, ms = self.latencies["success" if good else "failed"], str(round(seconds * 1000))
        table[ms] = table.get(ms, 0) + 1

    def data(self):
        return {"counts": dict(self.counts), "latencies": {name: dict(table) for name, table in self.latencies.items()}}


class Share:
    """The part of the requests that this process sends."""

    def __init__(self, part, parts):
        self.part, self.parts = part, parts
        self.begins = time.monotonic() + LEAD_S
        self.taken = False
        self.tally = Tally()


class Plan:
    """Who sends what, and how far they are. In a worker `share` is its own; on a master `tallies` are what workers reported."""

    share = None
    owners = {}
    done = set()
    tallies = {}
    ended = False


PLAN = Plan()


@events.init.add_listener
def on_init(environment, **_):
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        runner.register_message("share", on_share)
    elif isinstance(runner, MasterRunner):
        runner.register_message("share-done", on_share_done)


def on_share(msg, **_):
    PLAN.share = Share(msg.data["part"], msg.data["parts"])


def on_share_done(msg, **_):
    PLAN.tallies[msg.node_id] = msg.data
    PLAN.done.add(msg.node_id)


@events.test_start.add_listener
def on_test_start(environment, **_):
    runner = environment.runner
    PLAN.ended = False
    if isinstance(runner, MasterRunner):
        workers = [client.id for client in runner.clients.ready]
        PLAN.owners, PLAN.done, PLAN.tallies = {worker: part for part, worker in enumerate(workers)}, set(), {}
        for worker, part in PLAN.owners.items():
            runner.send_message("share", {"part": part, "parts": len(workers)}, client_id=worker)
    elif not isinstance(runner, WorkerRunner):
        PLAN.share, PLAN.owners, PLAN.done, PLAN.tallies = Share(0, 1), {"this process": 0}, set(), {}


@events.report_to_master.add_listener
def on_report_to_master(client_id, data):
    if PLAN.share is not None:
        data["chaos"] = PLAN.share.tally.data()


@events.worker_report.add_listener
def on_worker_report(client_id, data):
    if "chaos" in data and client_id not in PLAN.done:
        PLAN.tallies[client_id] = data["chaos"]


class Replay(LoadTestShape):
    """One user a process, until every share is sent or lost."""

    def tick(self):
        if not PLAN.owners:
            return (max(1, self.workers()), 100)
        if all(owner in PLAN.done or self.is_lost(owner) for owner in PLAN.owners):
            PLAN.ended = True
            return None
        return (len(PLAN.owners), 100)

    def workers(self):
        return len(self.runner.clients.ready) if isinstance(self.runner, MasterRunner) else 1

    def is_lost(self, owner):
        if not isinstance(self.runner, MasterRunner):
            return False
        client = self.runner.clients.get(owner)
        return client is None or client.state == "missing"


class Client(HttpUser):
    host = TARGET

    def on_start(self):
        most = LOAD["connections"]
        for scheme in ("http://", "https://"):
            self.client.mount(scheme, requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=most))
        self.client.trust_env = False
        self.jitter = stream(f"{LOAD['seed']}/jitter")

    @task
    def replay(self):
        share = PLAN.share
        if share is None or share.taken:
            # Another user of this process sends what there is to send.
            gevent.sleep(1)
            return
        share.taken = True
        closed = LOAD["schedule"]["kind"] == "closed"
        slots = max(1, LOAD["schedule"].get("concurrency", 1) // share.parts) if closed else None
        group = Pool(slots) if closed else Group()
        for index, at in enumerate(starts(LOAD["schedule"], LOAD["requests"], LOAD["seed"])):
            if index % share.parts != share.part:
                continue
            pause = share.begins + at - time.monotonic()
            if pause > 0:
                gevent.sleep(pause)
            planned = time.monotonic() if closed else share.begins + at
            group.spawn(self.send, share, index, planned)
        group.join()
        runner = self.environment.runner
        if isinstance(runner, WorkerRunner):
            runner.send_message("share-done", share.tally.data())
        else:
            PLAN.tallies["this process"] = share.tally.data()
            PLAN.done.add("this process")

    def send(self, share, index, planned):
        """A request with its retries, from its planned start to its end."""
        key, attempt = f"{LOAD['seed']}-{index}", 0
        while True:
            share.tally.counts["calls"] += 1
            useful, passing, asked = self.call(index, key, attempt)
            if not useful:
                share.tally.counts["wasted"] += 1
            last = attempt >= RETRY["retries"] or asked > RETRY["patience"] / 1000
            if useful or ARM == "none" or not passing or last:
                break
            longest = min(RETRY["cap"], RETRY["base"] * 2**attempt) / 1000
            gevent.sleep(asked + draw(self.jitter, key, attempt) * longest)
            attempt += 1
        share.tally.settle(useful, time.monotonic() - planned)

    def call(self, index, key, attempt):
        """One call: whether it was useful, whether the same can fare better later, and the seconds that the server asked for."""
        headers = {**LOAD["headers"], "X-Chaos-Key": key, "X-Chaos-Attempt": str(attempt)}
        if SESSION:
            headers["X-Chaos-Session"] = SESSION
        codes = LOAD["codes"]
        code = requests.utils.quote(codes[index % len(codes)], safe="") if codes else ""
        path = LOAD["path"].replace("{code}", code)
        body = LOAD["body"].encode() if LOAD["body"] is not None else None
        began = time.perf_counter()
        with gevent.Timeout(LOAD["timeoutMs"] / 1000, False):
            with self.client.request(
                LOAD["method"], path, name=LOAD["path"], headers=headers, data=body, catch_response=True, allow_redirects=False
            ) as response:
                useful, passing = judged(response)
                if useful:
                    response.success()
                else:
                    response.failure(f"status {response.status_code}" if response.status_code else "no answer")
                return useful, passing, asked_pause(response)
        self.environment.events.request.fire(
            request_type=LOAD["method"],
            name=LOAD["path"],
            response_time=(time.perf_counter() - began) * 1000,
            response_length=0,
            exception=TimeoutError("no answer in time"),
            context={},
        )
        return False, True, 0.0


def judged(response):
    """Whether an answer was useful, and if not, whether the upstream is to blame."""
    status = response.status_code
    if not status:
        return False, True
    if status >= 500 or status == 429:
        return False, True
    if 300 <= status < 400 or (status >= 400 and status != 404):
        return False, False
    if not LOAD["expectsJson"]:
        return True, False
    try:
        json.loads(response.content)
        good = "json" in response.headers.get("Content-Type", "")
    except ValueError:
        good = False
    return good, not good


def asked_pause(response):
    """The seconds of Retry-After, 0 without one."""
    text = (response.headers or {}).get("Retry-After", "")
    if text.isdigit():
        return float(text)
    at = email.utils.parsedate_to_datetime(text) if "," in text else None
    return max(0.0, at.timestamp() - time.time()) if at else 0.0


def whole():
    """The figures of all processes together."""
    total = Tally()
    for tally in PLAN.tallies.values():
        for name, count in tally["counts"].items():
            total.counts[name] += count
        for name, table in tally["latencies"].items():
            for ms, count in table.items():
                total.latencies[name][ms] = total.latencies[name].get(ms, 0) + count
    return total


def measured(total, name, unit):
    """The value of an expectation's measure in its unit (a share from 0 to 1, a count, milliseconds); None without any."""
    counts = total.counts
    measure, _, outcome = name.partition(".")
    if unit == "duration":
        tables = [total.latencies[outcome]] if outcome in total.latencies else list(total.latencies.values())
        values = sorted((int(ms), count) for table in tables for ms, count in table.items())
        all_of, seen = sum(count for _, count in values), 0
        share = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}[measure]
        for ms, count in values:
            seen += count
            if seen >= share * all_of:
                return ms
        return None
    value = counts["useful" if measure == "success" else measure]
    of = counts["calls" if measure == "wasted" else "requests"]
    if unit == "ratio":
        return counts["calls"] / counts["requests"] if counts["requests"] else None
    return value if unit == "count" else (value / of if of else None)


HOLDS = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
}


@events.quitting.add_listener
def on_quitting(environment, **_):
    if isinstance(environment.runner, WorkerRunner):
        return
    total, code = whole(), 0
    counts = total.counts
    print(f"chaos: {json.dumps({'arm': ARM, 'planned': LOAD['requests'], **counts})}")
    lost = [owner for owner in PLAN.owners if owner not in PLAN.done]
    for owner in lost:
        share = len(range(PLAN.owners[owner], LOAD["requests"], len(PLAN.owners)))
        sent = PLAN.tallies.get(owner, {"counts": {"requests": 0}})["counts"]["requests"]
        print(f"chaos: {owner} was lost or stopped: of its {share} requests the figures hold the {sent} that it reported")
    for rule in LOAD["expectations"]:
        if rule["arm"] not in (None, ARM):
            continue
        value = measured(total, rule["measure"], rule["unit"])
        met = value is not None and HOLDS[rule["operator"]](value, rule["right"])
        print(f"chaos: {'met' if met else 'failed'}: {rule['text']} (measured {value})")
        code = code if met else 99
    environment.process_exit_code = 1 if lost else code
