/** Trials of many arms on the same days, shared among threads; what comes out does not depend on how many there are. */

import { extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { ArmDay, Day } from '../report/stats/other-days.ts'
import { type DayDistribution, replicates } from './replicates.ts'
import type { Measure, Span } from './tune.ts'

/** The experiment of which the arms are left open. */
export interface TrialsAsked {
  readonly spec: ExperimentSpec
  readonly distribution: DayDistribution
  readonly seed: string
}

/** What a thread does at a time: a few arms on a few days. */
export interface Share {
  readonly arms: readonly string[]
  readonly span: Span
}

/** Arms that share a run: what a run costs beside its requests is paid once for all of them. */
const ARMS_AT_ONCE = 8
/** Days of a share, so that none is long. */
const DAYS_AT_ONCE = 8

export interface TrialsWatched {
  /** Stops the work. */
  readonly signal?: AbortSignal | undefined
  /** Called with the number of trials of one arm on one day that were done, in all. */
  readonly onTrials?: ((done: number) => void) | undefined
}

/** A thread takes no source in TypeScript: the tests of the sources do without one. */
const EXTENSION = extname(import.meta.url)

/** Measures arms, in threads where there are any. */
export class Trials {
  readonly #asked: TrialsAsked
  readonly #watched: TrialsWatched
  readonly #workers: readonly Worker[]
  readonly #lanes: number
  #done = 0

  /** @param lanes how many shares are under way at a time, each in a thread of its own */
  constructor(asked: TrialsAsked, lanes: number, watched: TrialsWatched = {}) {
    this.#asked = asked
    this.#lanes = lanes
    this.#watched = watched
    const file = new URL(`./trial-worker${EXTENSION}`, import.meta.url)
    this.#workers =
      EXTENSION === '.ts' ? [] : Array.from({ length: lanes }, () => new Worker(file, { workerData: asked }))
  }

  /** @throws what `simulateRun` throws */
  readonly measure: Measure = async (arms, span) => {
    const shares = sharesOf(arms, span)
    const results: (readonly Day[] | null)[] = shares.map(() => null)
    let next = 0
    const lane = async (_: unknown, number: number) => {
      for (let index = next++; index < shares.length; index = next++) {
        const share = shares[index]
        if (!share || this.#watched.signal?.aborted) return
        const days = await this.#shareOf(this.#workers[number], share)
        results[index] = days
        this.#done += (days?.length ?? 0) * share.arms.length
        this.#watched.onTrials?.(this.#done)
      }
    }
    await Promise.all(Array.from({ length: this.#lanes }, lane))
    return arms.map(arm => daysOf(arm, shares, results))
  }

  close(): void {
    for (const worker of this.#workers) void worker.terminate()
  }

  /** Null where it was stopped. */
  #shareOf(worker: Worker | undefined, share: Share): Promise<readonly Day[] | null> {
    const { signal } = this.#watched
    return worker ? inThread(worker, share, signal) : trialsOn(this.#asked, share, signal)
  }
}

/** What the arms come to on each of the days; null where the signal said so. */
export async function trialsOn(
  { spec, distribution, seed }: TrialsAsked,
  { arms, span: { of, from, to } }: Share,
  signal?: AbortSignal,
): Promise<readonly Day[] | null> {
  const days: Day[] = []
  for (let day = from; day < to && !signal?.aborted; day++) {
    // The rest of the process has its turn.
    await setImmediate()
    days.push(...(await replicates({ ...spec, arms: [...arms] }, distribution, 1, `${seed}-${of}-${day}`, { signal })))
  }
  return signal?.aborted ? null : days
}

function inThread(worker: Worker, share: Share, signal: AbortSignal | undefined): Promise<readonly Day[] | null> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', answered)
      worker.off('error', failed)
      signal?.removeEventListener('abort', stopped)
      act()
    }
    const answered = (days: readonly Day[]) => settle(() => resolve(days))
    const failed = (error: unknown) => settle(() => reject(error))
    const stopped = () => settle(() => resolve(null))
    worker.once('message', answered)
    worker.once('error', failed)
    signal?.addEventListener('abort', stopped, { once: true })
    worker.postMessage(share)
  })
}

function sharesOf(arms: readonly string[], { of, from, to }: Span): Share[] {
  const shares: Share[] = []
  for (let arm = 0; arm < arms.length; arm += ARMS_AT_ONCE) {
    const some = arms.slice(arm, arm + ARMS_AT_ONCE)
    for (let day = from; day < to; day += DAYS_AT_ONCE) {
      shares.push({ arms: some, span: { of, from: day, to: Math.min(to, day + DAYS_AT_ONCE) } })
    }
  }
  return shares
}

/** Null where a share is missing. */
function daysOf(arm: string, shares: readonly Share[], results: readonly (readonly Day[] | null)[]): ArmDay[] | null {
  const days: ArmDay[] = []
  for (const [index, { arms }] of shares.entries()) {
    const place = arms.indexOf(arm)
    if (place < 0) continue
    const some = results[index]
    if (!some) return null
    for (const day of some) if (day[place]) days.push(day[place])
  }
  return days
}
