/** Other days, worked out in a thread of their own. */

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { OtherDays } from '../report/result.ts'
import { type Day, type DayDistribution, otherDays, replicates } from './replicates.ts'

/** What a thread is asked for. */
export interface DaysAsked {
  readonly spec: ExperimentSpec
  readonly distribution: DayDistribution
  readonly count: number
  readonly seed: string
  /** No day begins after so many milliseconds. */
  readonly budgetMs?: number | undefined
}

export interface DaysWatched {
  /** Ends the work; the days that are there by then are the answer. */
  readonly signal?: AbortSignal | undefined
  /** Called with the share of the days that is done, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/**
 * What other days of an experiment are like; with as many days as there was time for.
 * @throws what `simulateRun` throws
 */
export async function simulateDays(asked: DaysAsked, { signal, onProgress }: DaysWatched = {}): Promise<OtherDays> {
  const days: Day[] = []
  const onDay = (day: Day) => {
    days.push(day)
    onProgress?.(days.length / asked.count)
  }
  const { spec, distribution, count, seed, budgetMs } = asked
  const extension = extname(import.meta.url)
  // A thread takes no source in TypeScript: the tests of the sources do without one.
  if (extension === '.ts') await replicates(spec, distribution, count, seed, { budgetMs, signal, onDay })
  else await inThread(new URL(`./worker${extension}`, import.meta.url), asked, onDay, signal)
  return otherDays(spec.arms, days, distribution)
}

function inThread(file: URL, asked: DaysAsked, onDay: (day: Day) => void, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: asked })
    const stop = () => void worker.terminate()
    signal?.addEventListener('abort', stop, { once: true })
    worker.on('message', onDay)
    worker.once('error', reject)
    worker.once('exit', () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
  })
}
