/** The steps of a run that the charts still show, kept small: every page that comes late is told all of them. */

import type { ArmStep, Shown } from './live-schema.ts'
import { FIELDS } from './tally.ts'
import type { Weather } from './timeline.ts'

/** As far as the charts reach back, in milliseconds of the server's clock. */
const KEPT_MS = 125_000
/** As many as come in that time from whoever tells four times a second. */
const MOST_STEPS = 500

/** The counts in the order of {@link FIELDS}, then p50 and p95 in milliseconds. */
export type ArmFigures = readonly (number | null)[]

/** A step without what the totals and edges of the run say already. */
export interface KeptStep {
  /** Milliseconds since the start of the run, by the clock of who publishes. */
  readonly atMs: number
  /** In the order of the announcement; null for an arm that the step left out. */
  readonly arms: readonly (ArmFigures | null)[]
  readonly weather?: Weather
}

export class KeptSteps {
  readonly #names: readonly string[]
  readonly #steps: { readonly heardAt: number; readonly step: KeptStep }[] = []

  /** @param names of the arms, in the order of their announcement */
  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** Keeps a step that was heard at `now`, in milliseconds of the server's clock. */
  add({ atMs, arms, weather }: Shown, now: number): void {
    const figures = this.#names.map(name => figuresOf(arms.find(arm => arm.name === name)))
    const step = { atMs: Math.round(atMs), arms: figures, ...(weather ? { weather } : {}) }
    this.#steps.push({ heardAt: now, step })
    if (this.#steps.length > MOST_STEPS) this.#steps.shift()
    this.#forget(now)
  }

  /** What is kept at `now`, the oldest first. */
  read(now: number): readonly KeptStep[] {
    this.#forget(now)
    return this.#steps.map(({ step }) => step)
  }

  #forget(now: number): void {
    const young = this.#steps.findIndex(({ heardAt }) => heardAt >= now - KEPT_MS)
    if (young !== 0) this.#steps.splice(0, young < 0 ? this.#steps.length : young)
  }
}

function figuresOf(arm: ArmStep | undefined): ArmFigures | null {
  return arm ? [...FIELDS.map(field => arm[field]), rounded(arm.p50), rounded(arm.p95)] : null
}

function rounded(ms: number | null | undefined): number | null {
  return typeof ms === 'number' ? Math.round(ms * 100) / 100 : null
}
