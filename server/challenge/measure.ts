/** Measures of an exam, from the arrivals and ends of requests alone. Pure: the same traffic gives the same measures. */

import { arrivedIn, inOrder, type JudgedRequest, type Trouble } from './requests.ts'
import { MIN_SILENCE_MS, probesBetween, type Silence, silencesIn } from './silences.ts'
import type { CalmMeasures, Task } from './task.ts'

/** What an exam showed. Shares are 0 to 1, times are milliseconds; null is what did not happen or could not be seen. */
export interface Measures extends CalmMeasures {
  /** Share of the requests before the trouble that opened a connection. */
  readonly newConnections: number
  /** Requests during the trouble, and how many of the task's starts fell into it. */
  readonly calls: number
  readonly asked: number
  /** `calls / asked`. */
  readonly amplification: number
  /** Good answers as shares of what was asked, 1 at the most: during the trouble, and between its end and that of the exam. */
  readonly answeredDuring: number
  readonly answeredAfter: number
  /** Until the first silence of the trouble began, since the trouble did, and the requests up to it; null without one. */
  readonly stopMs: number | null
  readonly callsToStop: number | null
  /** Share of the trouble that is filled by silences. */
  readonly silent: number
  readonly probes: ProbeMeasures
  /** From the end of the trouble to the first good answer that begins a second at full pace; null for never. */
  readonly backMs: number | null
  /** Most arrivals in any 100 ms after the trouble. */
  readonly rush: number
  /** Requests before the time that a 429 had told, as a share of what was asked; null where none was told. */
  readonly early: number | null
  /** The median time after which its requests were given up, and how many were; null for none. */
  readonly gaveUpMs: number | null
  readonly gaveUp: number
  /** Hangs that the server ended. */
  readonly held: number
}

/** How a client looked whether the trouble is over. */
export interface ProbeMeasures {
  readonly count: number
  /** Requests of the largest, 0 for none. */
  readonly largest: number
  /** The silences before the first of them, in milliseconds. */
  readonly gapsMs: readonly number[]
  /** By how much each silence is longer than the one before; null for fewer than three. */
  readonly growth: number | null
}

/** Where nothing is known of the time before an exam, so much of its beginning counts for nothing. */
const SETTLING_MS = 1_000
/** A second at full pace has so many of the good answers of one before the trouble. */
const FULL_PACE = 0.8
const SECOND_MS = 1_000
/** So long after the trouble a rush is looked for, and so long it is. */
const RUSH_WITHIN_MS = 8_000
const RUSH_MS = 100
/** Requests that were under way when the first 429 came, and clocks that differ a little, are not held against a client. */
const EARLY_AFTER_MS = 50
const EARLY_BEFORE_MS = 20
/** Silences before probes that are listed. */
const MAX_GAPS = 9

/**
 * The measures of one exam. `requests` are those of the session since its beginning, or since longer before.
 * @param calmFromMs from when on all was well, since the beginning of the exam
 */
export function measure(
  requests: readonly JudgedRequest[],
  trouble: Trouble,
  task: Task,
  calmFromMs = SETTLING_MS,
): Measures {
  const all = inOrder(requests)
  const { fromMs, toMs, endMs } = trouble
  const calm = measureCalm(all, calmFromMs, fromMs, task)
  const opened = arrivedIn(all, calmFromMs, fromMs)
  const during = arrivedIn(all, fromMs, toMs)
  const asked = (task.perSecond * (toMs - fromMs)) / SECOND_MS
  const silences = silencesIn(all, task.maxInFlight, endMs).filter(
    silence => silence.toMs > fromMs && silence.fromMs < endMs,
  )
  const inTrouble = silences.filter(silence => silence.fromMs < toMs)
  const [stop] = inTrouble.filter(silence => silence.toMs > fromMs + MIN_SILENCE_MS)
  const backMs = fullPaceAt(all, toMs, endMs, Math.min(calm.pace, task.perSecond) * FULL_PACE)
  const lefts = all
    .filter(({ end, atMs }) => end === 'left' && atMs >= fromMs - SECOND_MS)
    .map(({ atMs, endMs }) => endMs - atMs)
  return {
    ...calm,
    newConnections: share(opened, ({ opensConnection }) => opensConnection),
    calls: during.length,
    asked,
    amplification: during.length / asked,
    answeredDuring: Math.min(1, answeredIn(all, fromMs, toMs) / asked),
    answeredAfter: Math.min(1, answeredIn(all, toMs, endMs) / ((task.perSecond * (endMs - toMs)) / SECOND_MS)),
    stopMs: stop ? Math.max(0, stop.fromMs - fromMs) : null,
    callsToStop: stop ? all.filter(({ atMs }) => atMs >= fromMs && atMs <= stop.fromMs).length : null,
    silent: overlap(silences, fromMs, toMs) / (toMs - fromMs),
    probes: measureProbes(all, stop ? inTrouble.slice(inTrouble.indexOf(stop)) : [], toMs, backMs),
    backMs: backMs === null ? null : backMs - toMs,
    rush: mostWithin(arrivedIn(all, toMs, Math.min(endMs, toMs + RUSH_WITHIN_MS)), RUSH_MS),
    early: early(all, toMs, asked),
    gaveUpMs: median(lefts),
    gaveUp: lefts.length,
    held: all.filter(({ end }) => end === 'held').length,
  }
}

/** What a client is like between two moments at which all is well. `requests` are in order. */
export function measureCalm(
  requests: readonly JudgedRequest[],
  fromMs: number,
  toMs: number,
  task: Task,
): CalmMeasures {
  const calm = arrivedIn(requests, fromMs, toMs)
  const turn = ({ code }: JudgedRequest) => task.codes.indexOf(code)
  const next = (request: JudgedRequest) => (turn(request) + 1) % task.codes.length
  const outOfTurn = calm.filter((request, index) => {
    const before = calm[index - 1]
    return before !== undefined && turn(request) !== next(before)
  })
  return {
    pace: (calm.length * SECOND_MS) / (toMs - fromMs),
    failed: share(calm, ({ end }) => end !== 'ok'),
    outOfTurn: outOfTurn.length / Math.max(1, calm.length),
  }
}

function measureProbes(
  requests: readonly JudgedRequest[],
  silences: readonly Silence[],
  toMs: number,
  backMs: number | null,
): ProbeMeasures {
  const before = silences.filter(silence => backMs === null || silence.toMs < backMs)
  const probes = probesBetween(requests, before, toMs)
  const gapsMs = probes.map(({ afterMs }) => afterMs)
  const [first] = gapsMs
  const last = gapsMs.at(-1)
  const grows = first !== undefined && last !== undefined && gapsMs.length >= 3
  return {
    count: probes.length,
    largest: Math.max(0, ...probes.map(({ requests }) => requests)),
    gapsMs: gapsMs.slice(0, MAX_GAPS),
    growth: grows ? (last / first) ** (1 / (gapsMs.length - 1)) : null,
  }
}

/** The first good answer between two moments that begins a second with so many of them, or null. */
function fullPaceAt(
  requests: readonly JudgedRequest[],
  fromMs: number,
  toMs: number,
  perSecond: number,
): number | null {
  const ends = goodEnds(requests).filter(ms => ms >= fromMs && ms < toMs)
  let last = 0
  for (const [index, ms] of ends.entries()) {
    while (last < ends.length && (ends[last] ?? 0) < ms + SECOND_MS) last += 1
    if (last - index >= perSecond) return ms
  }
  return null
}

function answeredIn(requests: readonly JudgedRequest[], fromMs: number, toMs: number): number {
  return goodEnds(requests).filter(ms => ms >= fromMs && ms < toMs).length
}

function goodEnds(requests: readonly JudgedRequest[]): number[] {
  return requests
    .filter(({ end }) => end === 'ok')
    .map(({ endMs }) => endMs)
    .sort((a, b) => a - b)
}

/** Requests before `toMs` that came while some 429 had told to wait, as a share of `asked`; null where none had told. */
function early(requests: readonly JudgedRequest[], toMs: number, asked: number): number | null {
  const told = requests
    .flatMap(({ endMs, retryAfterMs }) =>
      retryAfterMs === null ? [] : [{ fromMs: endMs + EARLY_AFTER_MS, toMs: endMs + retryAfterMs - EARLY_BEFORE_MS }],
    )
    .sort((a, b) => a.fromMs - b.fromMs)
  if (told.length === 0) return null
  let until = Number.NEGATIVE_INFINITY
  let next = 0
  const early = requests.filter(({ atMs }) => {
    if (atMs >= toMs) return false
    for (let each = told[next]; each && each.fromMs < atMs; each = told[next]) {
      until = Math.max(until, each.toMs)
      next += 1
    }
    return atMs < until
  })
  return early.length / asked
}

function mostWithin(requests: readonly JudgedRequest[], lengthMs: number): number {
  let most = 0
  let first = 0
  for (const [index, { atMs }] of requests.entries()) {
    while (atMs - (requests[first]?.atMs ?? atMs) > lengthMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

/** How much of the time from `fromMs` to `toMs` the silences fill, in milliseconds. */
function overlap(silences: readonly Silence[], fromMs: number, toMs: number): number {
  return silences.reduce(
    (sum, silence) => sum + Math.max(0, Math.min(silence.toMs, toMs) - Math.max(silence.fromMs, fromMs)),
    0,
  )
}

function share(requests: readonly JudgedRequest[], is: (request: JudgedRequest) => boolean): number {
  return requests.filter(is).length / Math.max(1, requests.length)
}

/** The lower of the two in the middle; null for none. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}
