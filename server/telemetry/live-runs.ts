/**
 * `POST /chaos/live`: command lines say what they are firing, and every page sees it.
 *
 * The body is one of `{run}`, `{progress}` and `{end}` (schemas in live-schema.ts); the answer is 204. An arm of a step may
 * tell, beside what it did since the step before, its `totals` since the start: then these count, and whatever became of
 * the steps before, nothing is missing and nothing counts twice.
 *
 * Listeners get `run` events: `{type: 'start', title, run}`, `{type: 'progress', id, atMs, arms, flow?, weather?}`,
 * `{type: 'end', id, title, result?}`, and `{type: 'lost', id, title}` for a run that went silent. Each arm of a `progress`
 * has its increments since the event before and its `totals`. `flow` tells some of the requests one by one, as it was posted. Arms that play in sessions of their own get what the
 * server saw of them: the step's `weather`, `{failRate, outage, slow?}` of the first such session, and each arm's `p50` and
 * `p95` where the command line does not tell its own. Where something happened to the session of the first arm since the
 * event before, or to the default session where it names none, a `progress`, `end` or `lost` has `changes`: all of the run so far, as
 * `{type: 'settings' | 'outage' | 'scenario', atMs, ...}` with the members of the events of those names, in short.
 */

import { Router } from 'express'
import { jsonBody } from '../http/json.ts'
import { Problem, quote } from '../http/problem.ts'
import { resource } from '../http/resource.ts'
import { LiveRun, type LiveStep } from './live-run.ts'
import { type Live, liveSchema, type NewRun, type RunEnd, type Step } from './live-schema.ts'
import type { RecentChange } from './recent-changes.ts'
import type { SessionConditions, SessionVitals } from './timeline.ts'

/** Runs that are remembered; a running one never makes room. */
const MAX_LIVE_RUNS = 4
/** A run that says nothing for so long is lost, in milliseconds. */
const LOST_AFTER_MS = 10_000
/** A run that is over is described to new pages for so long, in milliseconds. */
const KEPT_MS = 10 * 60_000
/** Steps arrive four times a second; a little more lets a late one through. */
const MAX_STEPS_A_SECOND = 8

/** Largest body that is read, in bytes: of as many arms as there may be, with long names, and a full flow. */
const MAX_STEP_BYTES = 128 * 1024

/** What listeners hear of a run. */
interface RunEvent {
  readonly type: 'start' | 'progress' | 'end' | 'lost'
  readonly title?: string
  readonly [more: string]: unknown
}

interface LiveRunsParts {
  /** Milliseconds since the server's start. */
  readonly now: () => number
  readonly emit: (event: RunEvent) => void
  /** What a session is like, or null where there is none. */
  readonly vitals: (session: string) => SessionVitals | null
  /** What changed lately in a session, by the clock of `now`. */
  readonly recent: (session: string) => readonly RecentChange[]
}

/** The session of a run that names none. */
const DEFAULT_SESSION = 'default'

export class LiveRuns {
  readonly #parts: LiveRunsParts
  readonly #runs = new Map<string, LiveRun>()
  /** Steps of a run in the second that they came in. */
  readonly #paces = new Map<string, { second: number; count: number }>()

  constructor(parts: LiveRunsParts) {
    this.#parts = parts
  }

  /** The route, to be mounted at `/chaos`. */
  routes(): Router {
    const router = Router()
    resource(router, '/live', {
      post: [
        ...jsonBody(MAX_STEP_BYTES),
        (req, res) => {
          this.#take(read(req.body))
          res.status(204).end()
        },
      ],
    })
    return router
  }

  /** The runs that a new page must know. */
  describe(): object[] {
    this.expire()
    const now = this.#parts.now()
    return [...this.#runs.values()].map(run => run.describe(now))
  }

  /** The sessions of the runs that go on. */
  get sessions(): string[] {
    return this.#ongoing().map(sessionOf)
  }

  /** Hears what happened to a session. */
  note(session: string, change: RecentChange): void {
    for (const run of this.#ongoing()) if (sessionOf(run) === session) run.changes.add(change)
  }

  #ongoing(): LiveRun[] {
    return [...this.#runs.values()].filter(run => run.running)
  }

  /** Runs that went silent are over, and those that are over for long are forgotten. */
  expire(): void {
    const now = this.#parts.now()
    for (const [id, run] of this.#runs) {
      const silentMs = now - run.updatedAt
      if (run.running && silentMs > LOST_AFTER_MS) {
        run.end('lost', undefined, now)
        this.#paces.delete(id)
        this.#parts.emit({ type: 'lost', id, title: run.title, ...run.changes.news() })
      } else if (!run.running && silentMs > KEPT_MS) this.#runs.delete(id)
    }
  }

  #take(live: Live): void {
    this.expire()
    if ('run' in live) this.#start(live.run)
    else if ('progress' in live) this.#progress(live.progress)
    else this.#end(live.end)
  }

  #start(announced: NewRun): void {
    const { id, title } = announced
    const known = this.#runs.get(id)
    if (known?.running) throw new Problem(409, `The run ${quote(id)} is being published already`)
    if (!known && this.#runs.size >= MAX_LIVE_RUNS) this.#makeRoom()
    const run = new LiveRun(announced, this.#parts.now())
    for (const change of this.#parts.recent(sessionOf(run))) run.changes.add(change)
    this.#runs.delete(id)
    this.#runs.set(id, run)
    this.#parts.emit({ type: 'start', title, run: run.start() })
  }

  #progress({ id, ...step }: Step): void {
    const run = this.#running(id)
    refuseUnknownArms(run, step)
    const now = this.#parts.now()
    this.#pace(id, now)
    this.#parts.emit({ type: 'progress', id, ...run.step(this.#withVitals(run, step), now), ...run.changes.news() })
  }

  /** The step with what the server saw of the sessions that its arms play in. */
  #withVitals(run: LiveRun, step: Omit<Step, 'id'>): Omit<Step, 'id'> & Pick<LiveStep, 'weather'> {
    let weather: SessionConditions | undefined
    const arms = step.arms.map(arm => {
      const session = run.sessionOf(arm.name)
      const vitals = session === undefined ? null : this.#parts.vitals(session)
      if (!vitals) return arm
      const { p50, p95, ...conditions } = vitals
      weather ??= conditions
      return { p50, p95, ...arm }
    })
    return weather ? { ...step, arms, weather } : { ...step, arms }
  }

  #end({ id, result }: RunEnd): void {
    const run = this.#running(id)
    run.end('ended', result, this.#parts.now())
    this.#paces.delete(id)
    this.#parts.emit({ type: 'end', id, title: run.title, result, ...run.changes.news() })
  }

  #running(id: string): LiveRun {
    const run = this.#runs.get(id)
    if (run?.running) return run
    throw new Problem(404, `No run ${quote(id)} is being published: send {"run": …} first`)
  }

  #makeRoom(): void {
    const oldest = [...this.#runs.values()].find(run => !run.running)
    if (!oldest) {
      throw new Problem(429, `${MAX_LIVE_RUNS} runs are being published already`, { headers: { 'Retry-After': '10' } })
    }
    this.#runs.delete(oldest.id)
  }

  #pace(id: string, now: number): void {
    const second = Math.floor(now / 1_000)
    const pace = this.#paces.get(id)
    if (pace?.second !== second) this.#paces.set(id, { second, count: 1 })
    else if (++pace.count > MAX_STEPS_A_SECOND) {
      throw new Problem(429, 'Publish at most four times a second', { headers: { 'Retry-After': '1' } })
    }
  }
}

function sessionOf(run: LiveRun): string {
  return run.session ?? DEFAULT_SESSION
}

function refuseUnknownArms(run: LiveRun, { arms, flow }: Omit<Step, 'id'>): void {
  const index = arms.findIndex(({ name }) => !run.has(name))
  const dot = flow?.dots.findIndex(([arm]) => arm >= run.arms) ?? -1
  if (index < 0 && dot < 0) return
  throw new Problem(422, `The run ${quote(run.id)} began without this arm`, {
    errors: [
      index < 0
        ? { pointer: `/progress/flow/dots/${dot}/0`, detail: 'must be the position of an arm of the run' }
        : { pointer: `/progress/arms/${index}/name`, detail: 'must be the name of an arm of the run' },
    ],
  })
}

function read(body: unknown): Live {
  const { data, error } = liveSchema.safeParse(body)
  if (data) return data
  const [issue] = error.issues.flatMap(issue => {
    if (issue.code !== 'invalid_union') return [issue]
    // Of the three, the one that the body names is wrong inside.
    return issue.errors.find(one => one.every(({ path }) => path.length > 1)) ?? issue.errors.flat()
  })
  const pointer = (issue?.path ?? []).map(part => `/${String(part)}`).join('')
  throw new Problem(422, 'The body must hold one of run, progress and end', {
    errors: [{ pointer, detail: issue?.message ?? 'is not valid' }],
  })
}
