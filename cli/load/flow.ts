/**
 * Follows some of the requests of a run one by one, for pages that draw them and for the kept result: all of them up to 60 a
 * second an arm, beyond it each so many-th, and those with a test call of a half-open circuit. Memory is bounded, whatever the
 * run: a request that ends after thousands of later ones is not told.
 */

import { MAX_DOTS_PER_SECOND, MAX_FLOW_DOTS, MAX_LIVE_DOTS } from '../../server/config/limits.ts'
import { DOT_OUTCOME, type Dot, everyFor, type Flow, thinned } from '../../server/runs/flow.ts'
import { verdictOf } from '../policy/answers.ts'
import type { Answer, Send } from '../policy/send.ts'
import type { Schedule } from './schedule.ts'

/** Requests of an arm that are watched at the same time; a power of two. */
const MAX_WATCHED = 16_384
/** Of the dots that a result holds, the share that is kept free for test calls. */
const FREE_SHARE = 0.1

export class RunFlow {
  readonly #schedule: Schedule
  readonly #arms: ArmFlow[] = []
  readonly #planned: number
  /** What the next step tells, and by which sample; only of a run that somebody follows. */
  #step: Dot[] | null
  #every: number
  #takenAtMs = 0
  #kept: { every: number; dots: Dot[] }

  /** @param shown whether steps are taken while the run lasts */
  constructor(schedule: Schedule, arms: number, shown: boolean) {
    this.#schedule = schedule
    this.#planned = everyFor(peakPerSecond(schedule) / MAX_DOTS_PER_SECOND)
    this.#every = this.#planned
    this.#step = shown ? [] : null
    const keeps = MAX_FLOW_DOTS * (1 - FREE_SHARE)
    this.#kept = { every: everyFor(Math.max(this.#planned, (schedule.requests * arms) / keeps)), dots: [] }
  }

  /** The flow of the next arm. */
  addArm(): ArmFlow {
    const arm = new ArmFlow(this.#arms.length, this.#schedule.requests, this)
    this.#arms.push(arm)
    return arm
  }

  /** Whether a request without a test call is told at all. */
  samples(index: number): boolean {
    return index % this.#kept.every === 0 || (this.#step !== null && index % this.#every === 0)
  }

  /** Takes a request that ended, and is sampled or had a test call. */
  add(dot: Dot): void {
    const [, index, , , , , probe] = dot
    if (probe === 1 || index % this.#kept.every === 0) {
      this.#kept.dots.push(dot)
      if (this.#kept.dots.length > MAX_FLOW_DOTS) this.#kept = bounded(this.#kept, MAX_FLOW_DOTS)
    }
    if (this.#step && (probe === 1 || index % this.#every === 0)) this.#tell(this.#step, dot)
  }

  /** What is new since it was last asked, `nowMs` after the start: what ended, and once what has been under way since then. */
  take(nowMs: number): Flow {
    for (const arm of this.#arms) arm.underWay(this.#takenAtMs, dot => this.#step && this.#tell(this.#step, dot))
    const taken = { every: this.#every, dots: this.#step ?? [] }
    this.#step &&= []
    this.#every = this.#schedule.shape.kind === 'closed' ? this.#everyOfClosedLoop(nowMs) : this.#planned
    this.#takenAtMs = nowMs
    return taken
  }

  /** What the result holds, in the order of sending. */
  kept(): Flow {
    return { ...this.#kept, dots: this.#kept.dots.toSorted((a, b) => a[2] - b[2] || a[1] - b[1] || a[0] - b[0]) }
  }

  #tell(step: Dot[], dot: Dot): void {
    step.push(dot)
    if (step.length <= MAX_LIVE_DOTS) return
    const less = bounded({ every: this.#every, dots: step }, MAX_LIVE_DOTS)
    this.#every = less.every
    this.#step = less.dots
  }

  /** A closed loop has no rate but the one that it came to. */
  #everyOfClosedLoop(nowMs: number): number {
    const left = Math.max(0, ...this.#arms.map(arm => arm.leftSinceAsked()))
    const seconds = Math.max(1, nowMs - this.#takenAtMs) / 1_000
    return everyFor(left / seconds / MAX_DOTS_PER_SECOND)
  }
}

/** One arm of it. */
export class ArmFlow {
  readonly #arm: number
  readonly #flow: RunFlow
  readonly #mask: number
  /** By the lowest bits of a request's number: the number itself or -1, when it left, its calls, and whether one was a test. */
  readonly #indices: Int32Array
  readonly #sentMs: Float64Array
  readonly #calls: Uint16Array
  readonly #probes: Uint8Array
  #last = -1
  /** Up to here it was asked what is under way. */
  #askedTo = -1
  #countedTo = -1

  constructor(arm: number, requests: number, flow: RunFlow) {
    const size = Math.min(MAX_WATCHED, 2 ** Math.ceil(Math.log2(Math.max(1, requests))))
    this.#arm = arm
    this.#flow = flow
    this.#mask = size - 1
    this.#indices = new Int32Array(size).fill(-1)
    this.#sentMs = new Float64Array(size)
    this.#calls = new Uint16Array(size)
    this.#probes = new Uint8Array(size)
  }

  /** Request `index` leaves, `atMs` after the start. */
  left(index: number, atMs: number): void {
    const slot = index & this.#mask
    this.#indices[slot] = index
    this.#sentMs[slot] = atMs
    this.#calls[slot] = 0
    this.#probes[slot] = 0
    this.#last = index
  }

  /** Request `index` ended, `atMs` after the start. */
  ended(index: number, atMs: number, answer: Answer): void {
    const slot = index & this.#mask
    if (this.#indices[slot] !== index) return
    this.#indices[slot] = -1
    if (this.#probes[slot] === 0 && !this.#flow.samples(index)) return
    const tookMs = Math.max(0, Math.round(atMs - (this.#sentMs[slot] ?? 0)))
    this.#flow.add(this.#dot(index, slot, tookMs, outcomeOf(answer)))
  }

  /**
   * Counts the calls on their way to the upstream; one that is made while the circuit is half open is a test.
   * @param isHalfOpen the state of the arm's circuit at this moment
   */
  watchCalls(send: Send, isHalfOpen: () => boolean): Send {
    return (request, done) => {
      const slot = request.index & this.#mask
      if (this.#indices[slot] === request.index) {
        this.#calls[slot] = (this.#calls[slot] ?? 0) + 1
        if (isHalfOpen()) this.#probes[slot] = 1
      }
      return send(request, done)
    }
  }

  /** Tells, each once, the requests that are under way and left before `beforeMs`. */
  underWay(beforeMs: number, tell: (dot: Dot) => void): void {
    const from = Math.max(this.#askedTo + 1, this.#last - this.#mask)
    for (let index = from; index <= this.#last; index++) {
      const slot = index & this.#mask
      if (this.#indices[slot] === index) {
        if ((this.#sentMs[slot] ?? 0) >= beforeMs) return
        if (this.#probes[slot] === 1 || this.#flow.samples(index))
          tell(this.#dot(index, slot, -1, DOT_OUTCOME.underWay))
      }
      this.#askedTo = index
    }
  }

  /** Requests that left since this was last asked. */
  leftSinceAsked(): number {
    const left = this.#last - this.#countedTo
    this.#countedTo = this.#last
    return left
  }

  #dot(index: number, slot: number, tookMs: number, outcome: number): Dot {
    const sentMs = Math.max(0, Math.round(this.#sentMs[slot] ?? 0))
    return [this.#arm, index, sentMs, tookMs, outcome, this.#calls[slot] ?? 0, this.#probes[slot] ?? 0]
  }
}

/** Flows of runs of one arm each as one, in the order of the arms. */
export function mergeFlows(flows: readonly Flow[]): Flow {
  const every = Math.max(1, ...flows.map(flow => flow.every))
  const dots = flows.flatMap((flow, arm) => flow.dots.map(([, ...dot]): Dot => [arm, ...dot]))
  return thinned(
    { every, dots: dots.filter(([, index, , , , , probe]) => probe === 1 || index % every === 0) },
    MAX_FLOW_DOTS,
  )
}

function outcomeOf(answer: Answer): number {
  if (answer.outcome !== 'failed') return DOT_OUTCOME[answer.outcome]
  return verdictOf(answer) === 'ignore' ? DOT_OUTCOME.ignored : DOT_OUTCOME.failed
}

function bounded(flow: Flow, max: number): { every: number; dots: Dot[] } {
  const { every, dots } = thinned(flow, Math.floor(max * (1 - FREE_SHARE)))
  return { every, dots: [...dots] }
}

/** Requests of an arm that leave in the busiest second of a schedule; 0 where the answers decide. */
function peakPerSecond({ shape, concurrency, everyMs, requests }: Schedule): number {
  switch (shape.kind) {
    case 'closed':
      return 0
    case 'rate':
    case 'poisson':
      return Math.min(requests, shape.perSecond)
    case 'ramp':
      return Math.min(requests, Math.max(shape.fromPerSecond, shape.toPerSecond))
    case 'batches':
      return Math.min(requests, everyMs > 0 ? Math.max(concurrency, (concurrency * 1_000) / everyMs) : requests)
  }
}
