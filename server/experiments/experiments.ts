/** The experiments that this server runs at itself: one at a time, the last ones remembered. */

import type { Clock } from '../lib/clock.ts'
import { Problem, quote } from '../lib/problem.ts'
import type { Result } from '../runs/result.ts'
import type { ExperimentPort, ExperimentUnderway } from './port.ts'
import type { ExperimentSpec } from './spec.ts'

/** Experiments that are remembered; a running one never makes room. */
const MAX_REMEMBERED = 20
/** How long whoever stops an experiment waits until it is kept, and until it is ended by force, in milliseconds. */
const STOPPING_MS = 10_000

/** An experiment, as it is told. */
export interface Experiment {
  readonly id: string
  readonly state: 'running' | 'done' | 'interrupted' | 'failed'
  readonly title: string | null
  readonly arms: readonly string[]
  readonly session: string
  readonly startedAt: string
  readonly endedAt: string | null
  /** The share that is done, 0 to 1. */
  readonly progress: number
  /** The id of the kept result. */
  readonly run: string | null
  /** Why it did not come to its end where nobody stopped it. */
  readonly problem: string | null
}

interface ExperimentsParts {
  /** Null where the server was started without one. */
  readonly port: ExperimentPort | null
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wall: () => number
  /** A fresh word. */
  readonly draw: () => string
  /** Where the server is reached from this machine, and what changes of it must carry. */
  readonly server: () => { readonly url: string; readonly token: string | null }
  /** Keeps a result, or answers null where none can be kept. */
  readonly keep: (result: Result, html: string | null) => Promise<string | null>
  /** An experiment that lasts longer is stopped, in milliseconds. */
  readonly maxMs: number
}

export const DEFAULT_SESSION = 'default'

export class Experiments {
  readonly #parts: ExperimentsParts
  readonly #known = new Map<string, Experiment>()
  #running: { readonly id: string; readonly underway: ExperimentUnderway; readonly over: Promise<void> } | null = null
  #closed = false

  constructor(parts: ExperimentsParts) {
    this.#parts = parts
  }

  /** @throws {Problem} 501 for a server that was started without */
  get port(): ExperimentPort {
    if (this.#parts.port) return this.#parts.port
    throw new Problem(
      501,
      'This server was started as a library, which runs no experiments and compares no runs: start it with npx chaos serve',
    )
  }

  /** Makes ready for simulations, where there are any. */
  prepare(): void {
    if (!this.#closed) this.#parts.port?.prepare()
  }

  /** @throws {Problem} 409 that names the one that runs, 503 while the server ends */
  start(spec: ExperimentSpec): Experiment {
    const { port } = this
    const { clock, draw, server } = this.#parts
    if (this.#closed) throw new Problem(503, 'The server is shutting down: start no experiment now')
    if (this.#running) throw alreadyRunning(this.#running.id)
    const id = `experiment-${draw()}`
    this.#remember({
      ...{ id, state: 'running', title: spec.title ?? null, arms: spec.arms, session: spec.session ?? DEFAULT_SESSION },
      ...{ startedAt: this.#date(), endedAt: null, progress: 0, run: null, problem: null },
    })
    const underway = port.start(
      { id, spec, ...server() },
      {
        onProgress: share => this.#change(id, { progress: Math.min(1, Math.max(0, share)) }),
        keep: async (result, html) => {
          const run = await this.#parts.keep(result, html)
          this.#change(id, { run })
          return run
        },
      },
    )
    const cancel = clock.after(this.#parts.maxMs, () => underway.stop())
    const over = underway.ended.then(({ state, problem = null }) => {
      cancel()
      this.#running = null
      this.#change(id, { state, problem, endedAt: this.#date(), ...(state === 'done' ? { progress: 1 } : {}) })
    })
    this.#running = { id, underway, over }
    return this.get(id)
  }

  /** @throws {Problem} 404 */
  get(id: string): Experiment {
    const known = this.#known.get(id)
    if (known) return known
    throw new Problem(404, `No experiment has the id ${quote(id)}: GET /experiments lists those that are known`)
  }

  /** The newest first. */
  list(): readonly Experiment[] {
    return [...this.#known.values()].reverse()
  }

  /** Stops an experiment, and resolves when what was measured is kept; one that is over stays as it is. @throws {Problem} 404 */
  async stop(id: string): Promise<void> {
    this.get(id)
    if (this.#running?.id === id) await this.#stop(STOPPING_MS)
  }

  /** Stops the one that runs, within `graceMs` milliseconds, and starts no more. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true
    await this.#stop(Math.min(graceMs, STOPPING_MS))
    await this.#parts.port?.close()
  }

  async #stop(graceMs: number): Promise<void> {
    if (!this.#running) return
    const { underway, over } = this.#running
    underway.stop()
    const cancel = this.#parts.clock.after(graceMs, () => underway.kill())
    await over
    cancel()
  }

  #remember(experiment: Experiment): void {
    const [oldest] = this.#known.keys()
    if (oldest !== undefined && this.#known.size >= MAX_REMEMBERED) this.#known.delete(oldest)
    this.#known.set(experiment.id, experiment)
  }

  #change(id: string, change: Partial<Experiment>): void {
    const known = this.#known.get(id)
    if (known) this.#known.set(id, { ...known, ...change })
  }

  #date(): string {
    return new Date(this.#parts.wall()).toISOString()
  }
}

function alreadyRunning(id: string): Problem {
  return new Problem(
    409,
    `The experiment ${id} is running: wait for its end, or stop it with DELETE /experiments/${id}`,
    {
      headers: { Location: `/experiments/${id}` },
    },
  )
}
