/** Other days, worked out in threads of their own, so that the process that asks stays awake. */

import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { Day } from '../report/stats/other-days.ts'
import { type DayDistribution, replicates } from './replicates.ts'

/** What is asked for. */
export interface DaysAsked {
  readonly spec: ExperimentSpec
  readonly distribution: DayDistribution
  readonly count: number
  readonly seed: string
  /** No day begins after so many milliseconds, and none is waited for. */
  readonly budgetMs?: number | undefined
}

export interface DaysWatched {
  /** Ends the work; the days that are there by then are the answer. */
  readonly signal?: AbortSignal | undefined
  /** Called with the share of the days that is done, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

const MAX_THREADS = 2
/** A thread takes no source in TypeScript: the tests of the sources do without one. */
const EXTENSION = extname(import.meta.url)

/** Whether days have threads of their own, as libraries need that go by the clock of the process. */
export const HAS_THREADS = EXTENSION !== '.ts'

/** The part of the days that a thread works out; without a count it is there to make the thread fast. */
export type Asked = DaysShare | Pick<DaysAsked, 'spec' | 'distribution' | 'seed'>

interface DaysShare extends DaysAsked {
  readonly first: number
  readonly step: number
}

/** What a thread says: that it is ready, or done with what was asked, or a day. */
export type Said = 'ready' | 'done' | { readonly day: Day; readonly index: number }

/** Threads that can be started long before anything is asked of them. Ask once, and close in any case. */
export class DaySimulator {
  readonly #threads: readonly Worker[]
  /** Resolves when the threads wait for work. */
  readonly ready: Promise<unknown>

  constructor(threads = Math.min(MAX_THREADS, availableParallelism())) {
    this.#threads = Array.from(
      { length: HAS_THREADS ? threads : 0 },
      () => new Worker(new URL(`./worker${EXTENSION}`, import.meta.url)),
    )
    for (const thread of this.#threads) thread.unref()
    this.ready = Promise.allSettled(this.#threads.map(thread => said(thread, 'ready')))
  }

  /**
   * As many days as there was time for, in their order.
   * @throws what `simulateRun` throws
   */
  async simulate(asked: DaysAsked, { signal, onProgress }: DaysWatched = {}): Promise<Day[]> {
    const days: Day[] = []
    let count = 0
    const onDay = (day: Day, index: number) => {
      days[index] = day
      onProgress?.(++count / asked.count)
    }
    if (signal?.aborted) return []
    if (this.#threads.length === 0) {
      const { spec, distribution, seed, budgetMs } = asked
      await replicates(spec, distribution, asked.count, seed, { budgetMs, signal, onDay })
    } else await this.#share(asked, onDay, signal)
    return days.filter(day => day !== undefined)
  }

  /** Lets the threads try such days until they are asked for some, little by little, so that they are fast by then. */
  warmUp(asked: Pick<DaysAsked, 'spec' | 'distribution' | 'seed'>): void {
    for (const thread of this.#threads) thread.postMessage(asked satisfies Asked)
  }

  close(): void {
    for (const thread of this.#threads) void thread.terminate()
  }

  async #share(asked: DaysAsked, onDay: (day: Day, index: number) => void, signal?: AbortSignal): Promise<void> {
    const step = this.#threads.length
    const stop = () => this.close()
    signal?.addEventListener('abort', stop, { once: true })
    const timer = asked.budgetMs === undefined ? undefined : setTimeout(stop, asked.budgetMs)
    try {
      await Promise.all(
        this.#threads.map((thread, first) => {
          thread.on('message', (message: Said) => {
            if (typeof message === 'object') onDay(message.day, message.index)
          })
          thread.ref()
          thread.postMessage({ ...asked, first, step } satisfies DaysShare)
          return said(thread, 'done')
        }),
      )
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }
}

/** Resolves when a thread says a word, or is gone. */
function said(thread: Worker, word: Said): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('exit', () => resolve())
    thread.on('message', (message: Said) => {
      if (message === word) resolve()
    })
  })
}

/** The same with threads for this alone. @throws what `simulateRun` throws */
export async function simulateDays(asked: DaysAsked, watched: DaysWatched = {}): Promise<Day[]> {
  const simulator = new DaySimulator()
  try {
    return await simulator.simulate(asked, watched)
  } finally {
    simulator.close()
  }
}
