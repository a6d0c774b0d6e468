/** A run that a command line publishes while it plays it, as far as the server remembers it. */

import { KeptSteps } from './kept-steps.ts'
import { type Edge, MOST_EDGES, type NewRun, type RunEnd, type Shown } from './live-schema.ts'
import { add, nothing, type Tally } from './tally.ts'

/** A published run, from its start on; a page that comes late is told all of it. */
export class LiveRun {
  readonly #told: NewRun
  readonly #startedAtMs: number
  /** By name, which may be any text. */
  readonly #arms: ReadonlyMap<string, { readonly totals: Tally; readonly edges: Edge[] }>
  readonly #steps: KeptSteps
  #lastMs = 0
  #status: 'running' | 'ended' | 'lost' = 'running'
  #result: RunEnd['result']
  /** Milliseconds since the server's start when it was last heard of. */
  heardAt: number

  constructor(told: NewRun, startedAtMs: number) {
    this.#told = told
    this.#startedAtMs = startedAtMs
    this.heardAt = startedAtMs
    this.#arms = new Map(told.arms.map(({ name }) => [name, { totals: nothing(), edges: [] }]))
    this.#steps = new KeptSteps(told.arms.map(({ name }) => name))
  }

  get id(): string {
    return this.#told.id
  }

  get title(): string {
    return this.#told.title
  }

  get running(): boolean {
    return this.#status === 'running'
  }

  /** Whether an arm was announced. */
  has(arm: string): boolean {
    return this.#arms.has(arm)
  }

  /** The session that an arm plays in, where it has one of its own. */
  sessionOf(arm: string): string | undefined {
    return this.#told.arms.find(({ name }) => name === arm)?.session
  }

  /** Takes a step of arms that were announced; `now` is in milliseconds since the server's start. */
  step(step: Shown, now: number): void {
    this.heardAt = now
    this.#lastMs = step.atMs
    for (const arm of step.arms) {
      const known = this.#arms.get(arm.name)
      if (!known) continue
      const { totals, edges } = known
      add(totals, arm)
      for (const edge of arm.states ?? []) if (edge.state !== edges.at(-1)?.state) edges.push(edge)
      if (arm.state && arm.state !== edges.at(-1)?.state) edges.push({ atMs: step.atMs, state: arm.state })
      if (edges.length > MOST_EDGES) edges.splice(0, edges.length - MOST_EDGES)
    }
    this.#steps.add(step, now)
  }

  end(status: 'ended' | 'lost', result: RunEnd['result'], now: number): void {
    this.heardAt = now
    this.#status = status
    this.#result = result
  }

  /** Everything, for a page that comes late, at `now` in milliseconds since the server's start. */
  describe(now: number): object {
    const arms = [...this.#arms]
    return {
      ...this.start(),
      status: this.#status,
      lastMs: this.#lastMs,
      steps: this.#steps.read(now),
      totals: Object.fromEntries(arms.map(([name, { totals }]) => [name, totals])),
      edges: Object.fromEntries(arms.map(([name, { edges }]) => [name, edges])),
      verdict: this.#result?.verdict ?? null,
      kept: this.#result?.run ?? null,
    }
  }

  /** What is known at its start. */
  start(): object {
    const { id, title, arms, load } = this.#told
    return { id, title, arms, load, startedAtMs: this.#startedAtMs }
  }
}
