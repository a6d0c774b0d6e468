/** What a command line publishes of the run that it is playing, and what the server remembers of it. */

import { z } from 'zod'
import { KeptSteps } from './kept-steps.ts'
import { add, nothing, type Tally } from './tally.ts'
import type { Weather } from './timeline.ts'

/** Arms and states are few, texts short: what is published is shown to a room. */
const MOST_ARMS = 6
const MOST_EDGES = 200

const count = z.int().nonnegative().max(1e9)
const ms = z.number().nonnegative().max(1e9)
const runId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
const name = z.string().min(1).max(60)
const circuit = z.enum(['closed', 'open', 'half-open', 'forced-open', 'disabled'])

export const newRunSchema = z.strictObject({
  id: runId,
  title: z.string().max(120),
  arms: z
    .array(z.strictObject({ name, session: z.string().max(64).optional() }))
    .min(1)
    .max(MOST_ARMS),
  load: z.record(z.string().max(40), z.union([z.number(), z.string().max(80), z.boolean(), z.null()])).default({}),
})

export const armStepSchema = z.strictObject({
  name,
  success: count,
  failed: count,
  shortCircuited: count,
  fromCache: count,
  calls: count.describe('calls that were really made, retries included'),
  wasted: count.describe('calls that were made and failed'),
  state: circuit.nullable().optional().describe('of the breaker now; null or missing without one'),
  states: z
    .array(z.strictObject({ atMs: ms, state: circuit }))
    .max(MOST_EDGES)
    .optional(),
  p50: ms.nullable().optional().describe('of what ended since the last step, in milliseconds'),
  p95: ms.nullable().optional(),
})

export const stepSchema = z.strictObject({
  id: runId,
  atMs: ms.describe('since the start of the run'),
  arms: z.array(armStepSchema).max(MOST_ARMS),
})

export const runEndSchema = z.strictObject({
  id: runId,
  result: z
    .strictObject({ run: z.string().max(64).optional(), verdict: z.string().max(1_000).optional() })
    .optional()
    .describe('the id of the kept result, and what it means'),
})

/** The body of `POST /chaos/live`: one of the three. */
export const liveSchema = z.union([
  z.strictObject({ run: newRunSchema }),
  z.strictObject({ progress: stepSchema }),
  z.strictObject({ end: runEndSchema }),
])

export type NewRun = z.infer<typeof newRunSchema>
export type ArmStep = z.infer<typeof armStepSchema>
export type Step = z.infer<typeof stepSchema>
export type RunEnd = z.infer<typeof runEndSchema>
export type Live = z.infer<typeof liveSchema>

type Edge = NonNullable<ArmStep['states']>[number]

/** A step with what the server adds: the weather that the arms met. */
export type Shown = Omit<Step, 'id'> & { readonly weather?: Weather }

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
