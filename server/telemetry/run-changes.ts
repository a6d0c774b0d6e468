/** What happened during a published run to the session that its arms play in: what a page lists beside the arms. */

import type { RecentChange } from './recent-changes.ts'

/** A change as the log of a page has it, by the time of the run; a steady change of the fail rate is one. */
export interface RunChange extends RecentChange {
  /** Milliseconds since the start of the run. */
  readonly atMs: number
}

/** More than these are not remembered of a run: the oldest go. */
const MAX_CHANGES = 20
/** Changes of a quantity in one direction that follow each other as fast as this, in milliseconds, are one. */
export const RAMP_STEP_MS = 1_100
/** Whose slider is dragged to and fro: its changes are one in whatever direction. */
const DRAGGING = 'web'
/** A mark of a scenario at the start of the run may come this long before the run is announced, in milliseconds. */
const EARLY_MS = 100

export class RunChanges {
  readonly #startedAtMs: number
  #list: readonly RunChange[] = []
  #untilMs = Number.NEGATIVE_INFINITY
  #isNew = false

  /** @param startedAtMs of the run; like `atMs` of changes it counts from the server's start */
  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs
  }

  /** The oldest first. */
  get list(): readonly RunChange[] {
    return this.#list
  }

  /** Takes a change that was made meanwhile, or a mark from the moment of the start; leaves out what the run says itself. */
  add(change: RecentChange): void {
    const early = change.type === 'scenario' ? EARLY_MS : 0
    if (change.atMs < this.#startedAtMs - early || !isTold(change)) return
    const atMs = Math.max(0, change.atMs - this.#startedAtMs)
    const next = { ...change, atMs }
    const last = this.#list.at(-1)
    const merged = last && atMs - this.#untilMs <= RAMP_STEP_MS ? together(last, next) : null
    this.#untilMs = atMs
    this.#isNew = true
    this.#list = merged ? [...this.#list.slice(0, -1), merged] : [...this.#list, next].slice(-MAX_CHANGES)
  }

  /** All of them, where there are new ones since it was last asked. */
  news(): { readonly changes?: readonly RunChange[] } {
    if (!this.#isNew) return {}
    this.#isNew = false
    return { changes: this.#list }
  }
}

/** A scenario sets more than people want to read: its marks say it, and its fail rate. */
function isTold({ type, status, changed, origin }: RecentChange): boolean {
  if (type === 'scenario') return status !== 'started' && status !== 'finished'
  if (type !== 'settings' || sourceOf(origin) !== 'scenario') return type !== 'run'
  return Array.isArray(changed) && changed.length === 1 && changed[0] === 'failRate'
}

/** Both as one, where the second goes on with the first; else null. */
function together(before: RunChange, after: RunChange): RunChange | null {
  if (before.type !== 'settings' || after.type !== 'settings' || sourceOf(before.origin) !== sourceOf(after.origin))
    return null
  if (![before, after].every(({ changed }) => String(changed) === 'failRate')) return null
  const [from, to, next] = [rateOf(before.from), rateOf(before.to), rateOf(after.to)]
  return isOneChange(sourceOf(after.origin), from, to, next) ? { ...before, to: after.to } : null
}

/** Whether a change of a quantity to `next` goes on with the one of the same source from `from` to `to`, soon after it. */
export function isOneChange(source: unknown, from: number, to: number, next: number): boolean {
  return source === DRAGGING || Math.sign(to - from) === Math.sign(next - to)
}

function sourceOf(origin: unknown): unknown {
  return (origin as { source?: unknown } | undefined)?.source
}

function rateOf(settings: unknown): number {
  return Number((settings as { failRate?: unknown } | undefined)?.failRate)
}
