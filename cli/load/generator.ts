/** Sends one schedule through several arms at once, on one clock. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../../server/lib/clock.ts'
import { type Arm, CallsInFlight } from './calls-in-flight.ts'
import type { Histogram } from './histogram.ts'
import { ClosedLoop, type LoadLoop, OpenLoop } from './loops.ts'
import type { Schedule } from './schedule.ts'

export interface GeneratorOptions {
  readonly schedule: Schedule
  readonly arms: readonly Arm[]
  /** Asked for in turns: request k asks for code k modulo their number. */
  readonly codes: readonly string[]
  /** Request k has the key `seed-k`, in every arm. */
  readonly seed: string
  /** Connections of an arm; an open loop that outruns them is held back. */
  readonly connections: number
  readonly clock: Clock
  /** Ends the run early: nothing more is sent, and what is in flight is given up. */
  readonly signal?: AbortSignal | undefined
  /** Called four times a second with the share that has ended, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** How the generator itself did. */
export interface GeneratorReport {
  readonly interrupted: boolean
  /** Requests that left, the same number in every arm. */
  readonly sent: number
  /** From the first planned start to the last answer, in milliseconds. */
  readonly durationMs: number
  /** Requests that left more than 10 ms after their planned start. */
  readonly late: number
  readonly lagMs: { readonly p99: number; readonly max: number }
  /** How late each request left. */
  readonly lag: Histogram
  /** How long this process stood still at a time: the reason for most of what is late. */
  readonly eventLoopMs?: { readonly p99: number; readonly max: number }
}

const PROGRESS_MS = 250
/** How often the event loop is looked at, in milliseconds. */
const SAMPLE_MS = 10

/** Resolves when the last answer is in. Never rejects for what the upstream does. */
export function generateLoad(options: GeneratorOptions): Promise<GeneratorReport> {
  const { clock, signal, onProgress } = options
  const delay = monitorEventLoopDelay({ resolution: SAMPLE_MS })
  delay.enable()
  return new Promise(resolve => {
    const stopTicking = onProgress ? tick(clock, () => onProgress(settledShare(options))) : () => {}
    const load = sendLoad(options, report => {
      stopTicking()
      signal?.removeEventListener('abort', load.interrupt)
      delay.disable()
      const eventLoopMs = { p99: stallMs(delay.percentile(99)), max: stallMs(delay.max) }
      resolve({ ...report, eventLoopMs })
    })
    if (signal?.aborted) load.interrupt()
    else {
      signal?.addEventListener('abort', load.interrupt, { once: true })
      load.start()
    }
  })
}

/** A schedule on its way. */
export interface LoadUnderway {
  start(): void
  /** Sends nothing more, and gives up what is in flight. */
  readonly interrupt: () => void
}

/** Sends a schedule on any clock; `ended` is called once, when the last answer is in. */
export function sendLoad(
  options: Omit<GeneratorOptions, 'signal' | 'onProgress'>,
  ended: (report: GeneratorReport) => void,
): LoadUnderway {
  const { schedule, clock, arms } = options
  const startedAt = clock.now()
  for (const { recorder } of arms) recorder.startAt(startedAt)
  const inFlight = new CallsInFlight()
  let interrupted = false
  let over = false
  const settled = () => {
    if (over || inFlight.count > 0 || !loop.exhausted) return
    over = true
    const { sent, late, lag } = loop
    const lagMs = { p99: lag.quantile(0.99) ?? 0, max: lag.summary().max ?? 0 }
    ended({ interrupted, sent, durationMs: clock.now() - startedAt, late, lagMs, lag })
  }
  const parts = { ...options, inFlight, startedAt, settled }
  const loop: LoadLoop = schedule.shape.kind === 'closed' ? new ClosedLoop(parts) : new OpenLoop(parts)
  return {
    start: () => loop.start(),
    interrupt() {
      interrupted = true
      loop.stop()
      inFlight.abortAll()
      settled()
    },
  }
}

/** Milliseconds beyond the wait between two looks; 0 where the run was over before the first. */
function stallMs(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e5) / 10 - SAMPLE_MS)
}

function settledShare({ arms, schedule }: GeneratorOptions): number {
  const settled = arms.reduce((sum, arm) => sum + arm.recorder.settled, 0)
  return settled / Math.max(1, schedule.requests * arms.length)
}

function tick(clock: Clock, act: () => void): () => void {
  let stop = clock.after(PROGRESS_MS, function again() {
    act()
    stop = clock.after(PROGRESS_MS, again)
  })
  return () => stop()
}
