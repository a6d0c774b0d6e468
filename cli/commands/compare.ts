/** `chaos compare`: one schedule through several arms at once, and what they made of it side by side. */

import { exitCode, type Io } from '../io.ts'
import { type Contest, hold } from '../load/contest.ts'
import { type Frame, resultOf } from '../load/outcome.ts'
import { batches } from '../load/schedule.ts'
import { armPlans } from './arms.ts'
import { typedCircuit } from './circuit-options.ts'
import { openLabs } from './labs.ts'
import type { LoadOptions, OutputOptions } from './options.ts'
import { printResult } from './print.ts'
import { progressBar } from './progress.ts'
import { openScene } from './scene.ts'

export interface CompareOptions extends LoadOptions, OutputOptions {
  /** Expressions with commas between them. */
  readonly arms: string
}

export async function compare(io: Io, options: CompareOptions): Promise<number> {
  const arms = armPlans(options.arms)
  const scene = await openScene(io, options.url)
  const seed = options.seed ?? io.draw()
  const labs = scene.hello
    ? await openLabs(scene.control, { prefix: `compare-${io.draw()}`, count: arms.length })
    : null
  const bar = progressBar(io, 'compare', options.ascii === true)
  try {
    const contest: Contest = {
      target: scene.target,
      arms,
      sessions: labs?.ids ?? [],
      schedule: batches(options.requests, Math.min(options.concurrency, options.requests), options.every),
      codes: options.codes,
      seed,
      timeoutMs: options.timeout,
      circuit: typedCircuit(options),
      connections: options.connections,
      clock: io.clock,
      wallMs: io.wallMs,
      signal: io.interrupted,
      onProgress: bar.show,
    }
    const startedAtWallMs = io.wallMs()
    const held = await hold(contest).finally(bar.end)
    const frame: Frame = { command: 'compare', startedAtWallMs, trouble: [], paired: labs !== null }
    printResult(io, options, resultOf(contest, held, frame))
    return exitCode(io.interrupted)
  } finally {
    await labs?.close()
  }
}
