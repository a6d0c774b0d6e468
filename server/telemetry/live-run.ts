/** A run that a command line publishes while it plays it, as far as the server remembers it. */

import { MAX_LIVE_DOTS, MAX_LIVE_EDGES } from '../config/limits.ts'
import { addCounts, COUNTERS, type Counts, noCounts } from '../runs/counters.ts'
import { type Flow, thinned } from '../runs/flow.ts'
import type { ArmStep, Edge, NewRun, RunEnd, Step } from './live-schema.ts'
import { RunChanges } from './run-changes.ts'
import type { SessionConditions } from './timeline.ts'

/** An arm in a step as listeners hear of it: what is new, and what the arm came to. */
type LiveArmStep = ArmStep & { readonly totals: Counts }

/** A step as listeners hear of it, with what the server adds: the conditions that the arms met. */
export interface LiveStep {
  /** Milliseconds since the start of the run, by the clock of who publishes. */
  readonly atMs: number
  readonly arms: readonly LiveArmStep[]
  readonly weather?: SessionConditions
  readonly flow?: Flow
}

/** The counts in the order of {@link COUNTERS}, then p50 and p95 in milliseconds. */
type ArmFigures = readonly (number | null)[]

/** A step without what the totals and edges of the run say already. */
export interface KeptStep {
  readonly atMs: number
  /** In the order of the announcement; null for an arm that the step left out. */
  readonly arms: readonly (ArmFigures | null)[]
  readonly weather?: SessionConditions
}

interface LiveArm {
  readonly name: string
  readonly totals: Counts
  readonly edges: Edge[]
}

/** A published run, from its start on; a page that comes late is told all of it. */
export class LiveRun {
  readonly id: string
  readonly title: string
  /** What happened meanwhile to its session. */
  readonly changes: RunChanges
  readonly #run: NewRun
  readonly #startedAtMs: number
  /** By name, which may be any text. */
  readonly #arms: ReadonlyMap<string, LiveArm>
  readonly #steps: StepHistory
  /** Changes of state that are remembered of each arm: fewer where there are many arms. */
  readonly #maxEdges: number
  #lastMs = 0
  /** What the steps of the last seconds told of single requests. */
  #recentDots: Flow | null = null
  #status: 'running' | 'ended' | 'lost' = 'running'
  #result: RunEnd['result']
  /** Milliseconds since the server's start when something was last said of it. */
  updatedAt: number

  constructor(run: NewRun, startedAtMs: number) {
    this.id = run.id
    this.title = run.title
    this.#run = run
    this.#startedAtMs = startedAtMs
    this.changes = new RunChanges(startedAtMs)
    this.updatedAt = startedAtMs
    this.#arms = new Map(run.arms.map(({ name }) => [name, { name, totals: noCounts(), edges: [] }]))
    this.#steps = new StepHistory(run.arms.map(({ name }) => name))
    this.#maxEdges = Math.min(MAX_LIVE_EDGES, Math.floor(MAX_EDGES_OF_RUN / run.arms.length))
  }

  /** How many arms were announced. */
  get arms(): number {
    return this.#arms.size
  }

  get running(): boolean {
    return this.#status === 'running'
  }

  /** The session that its first arm plays in; undefined for the one of the server. */
  get session(): string | undefined {
    return this.#run.arms[0]?.session
  }

  /** Whether an arm was announced. */
  has(arm: string): boolean {
    return this.#arms.has(arm)
  }

  /** The session that an arm plays in, where it has one of its own. */
  sessionOf(arm: string): string | undefined {
    return this.#run.arms.find(({ name }) => name === arm)?.session
  }

  /** Takes a step at `now`, in milliseconds since the server's start; returns what is new in it. Arms that were not announced are left out. */
  step({ atMs, arms, weather, flow }: Omit<Step, 'id'> & Pick<LiveStep, 'weather'>, now: number): LiveStep {
    this.updatedAt = now
    this.#lastMs = atMs
    const known = arms.flatMap(arm => {
      const live = this.#arms.get(arm.name)
      return live ? [this.#advance(live, arm, atMs)] : []
    })
    const step = { atMs, arms: known, ...(weather ? { weather } : {}), ...(flow ? { flow } : {}) }
    this.#steps.add(step, now)
    if (flow) this.#recentDots = recentDots(this.#recentDots, flow, atMs)
    return step
  }

  end(status: 'ended' | 'lost', result: RunEnd['result'], now: number): void {
    this.updatedAt = now
    this.#status = status
    this.#result = result
  }

  /** Everything, for a page that comes late, at `now` in milliseconds since the server's start. */
  describe(now: number): object {
    const arms = [...this.#arms.values()]
    return {
      ...this.start(),
      status: this.#status,
      lastMs: this.#lastMs,
      steps: this.#steps.read(now),
      totals: Object.fromEntries(arms.map(({ name, totals }) => [name, totals])),
      edges: Object.fromEntries(arms.map(({ name, edges }) => [name, edges])),
      verdict: this.#result?.verdict ?? null,
      coded: this.#result?.coded ?? null,
      kept: this.#result?.run ?? null,
      changes: this.changes.list,
      ...(this.#recentDots ? { flow: this.#recentDots } : {}),
    }
  }

  /** What is known at its start. */
  start(): object {
    return { ...this.#run, startedAtMs: this.#startedAtMs }
  }

  #advance({ totals, edges }: LiveArm, arm: ArmStep, atMs: number): LiveArmStep {
    const increments = noCounts()
    for (const counter of COUNTERS) {
      // A step that comes late, after one that was sent later, takes nothing back.
      increments[counter] = arm.totals ? Math.max(0, arm.totals[counter] - totals[counter]) : arm[counter]
    }
    addCounts(totals, increments)
    const { states, ...rest } = arm
    const fresh = states && newEdges(edges, states)
    edges.push(...(fresh ?? []))
    if (arm.state && arm.state !== edges.at(-1)?.state) edges.push({ atMs, state: arm.state })
    if (edges.length > this.#maxEdges) edges.splice(0, edges.length - this.#maxEdges)
    return { ...rest, ...increments, totals: { ...totals }, ...(fresh ? { states: fresh } : {}) }
  }
}

/** As far back as a page that comes late is told of single requests, in milliseconds of the run. */
const FLOW_MS = 5_000

/** Those of the last seconds, with what a step that came at `atMs` adds; what is told by different samples is told by the coarser. */
function recentDots(known: Flow | null, { every, dots }: Flow, atMs: number): Flow {
  const young = (known?.dots ?? []).filter(([, , sentMs, tookMs]) => sentMs + Math.max(0, tookMs) >= atMs - FLOW_MS)
  return thinned({ every: Math.max(every, known?.every ?? 1), dots: [...young, ...dots] }, MAX_LIVE_DOTS)
}

/** Changes of state that are remembered of all arms of a run. */
const MAX_EDGES_OF_RUN = 1_200

/** What of `received` is not in `known`: its beginning may be the end of what is known, where an answer was lost. */
function newEdges(known: readonly Edge[], received: readonly Edge[]): Edge[] {
  let overlap = Math.min(known.length, received.length)
  while (overlap > 0 && !repeats(known.slice(known.length - overlap), received)) overlap -= 1
  let last = known.at(-1)?.state
  return received.slice(overlap).filter(({ state }) => {
    const changes = state !== last
    last = state
    return changes
  })
}

function repeats(edges: readonly Edge[], received: readonly Edge[]): boolean {
  return edges.every(({ atMs, state }, index) => received[index]?.atMs === atMs && received[index]?.state === state)
}

/** As far as the charts reach back, in milliseconds of the server's clock. */
const KEPT_MS = 125_000
/** As many as come in that time from whoever tells four times a second. */
const MAX_STEPS = 500
/** Of more arms than these one step is kept for each second, which is as fine as the charts draw them. */
const MAX_ARMS_OF_FINE_STEPS = 6
const COARSE_MS = 1_000

/** The steps of a run that the charts still show, kept small: every page that comes late is told all of them. */
class StepHistory {
  readonly #names: readonly string[]
  readonly #coarse: boolean
  readonly #steps: { readonly updatedAt: number; readonly step: KeptStep }[] = []

  /** @param names of the arms, in the order of their announcement */
  constructor(names: readonly string[]) {
    this.#names = names
    this.#coarse = names.length > MAX_ARMS_OF_FINE_STEPS
  }

  /** Keeps a step that came at `now`, in milliseconds of the server's clock. */
  add({ atMs, arms, weather }: LiveStep, now: number): void {
    const byName = new Map(arms.map(arm => [arm.name, arm]))
    const figures = this.#names.map(name => figuresOf(byName.get(name)))
    const step = { atMs: Math.round(atMs), arms: figures, ...(weather ? { weather } : {}) }
    const last = this.#steps.at(-1)
    if (this.#coarse && last && secondOf(last.step) === secondOf(step)) {
      this.#steps[this.#steps.length - 1] = { updatedAt: now, step: merged(last.step, step) }
    } else this.#steps.push({ updatedAt: now, step })
    if (this.#steps.length > MAX_STEPS) this.#steps.shift()
    this.#forget(now)
  }

  /** What is kept at `now`, the oldest first. */
  read(now: number): readonly KeptStep[] {
    this.#forget(now)
    return this.#steps.map(({ step }) => step)
  }

  #forget(now: number): void {
    const young = this.#steps.findIndex(({ updatedAt }) => updatedAt >= now - KEPT_MS)
    if (young !== 0) this.#steps.splice(0, young < 0 ? this.#steps.length : young)
  }
}

function secondOf({ atMs }: KeptStep): number {
  return Math.ceil(atMs / COARSE_MS)
}

/** Both steps as one: counts add up, percentiles are the newer ones where there are any. */
function merged(before: KeptStep, after: KeptStep): KeptStep {
  const arms = after.arms.map((figures, index) => {
    const older = before.arms[index] ?? null
    if (!figures || !older) return figures ?? older
    return figures.map((figure, place) => {
      const known = older[place] ?? null
      return place < COUNTERS.length ? (figure ?? 0) + (known ?? 0) : (figure ?? known)
    })
  })
  return { ...before, ...after, arms }
}

function figuresOf(arm: LiveArmStep | undefined): ArmFigures | null {
  return arm ? [...COUNTERS.map(counter => arm[counter]), rounded(arm.p50), rounded(arm.p95)] : null
}

function rounded(ms: number | null | undefined): number | null {
  return typeof ms === 'number' ? Math.round(ms * 100) / 100 : null
}
