/** `chaos burst`: fires requests at the catalog in batches, with or without a breaker, and says what became of them. */

import { exitCode, type Io } from '../io.ts'
import { hold } from '../load/contest.ts'
import { resultOf } from '../load/outcome.ts'
import { batches } from '../load/schedule.ts'
import { parseArm } from '../policy/parse.ts'
import { typedCircuit } from './circuit-options.ts'
import type { LoadOptions, OutputOptions, SessionOptions } from './options.ts'
import { printResult } from './print.ts'
import { progressBar } from './progress.ts'
import { openScene } from './scene.ts'

export interface BurstOptions extends LoadOptions, SessionOptions, OutputOptions {
  readonly breaker?: boolean
}

export async function burst(io: Io, options: BurstOptions): Promise<number> {
  const circuit = typedCircuit(options)
  const withBreaker = options.breaker || Object.keys(circuit).length > 0
  const scene = await openScene(io, options.url)
  const bar = progressBar(io, 'burst', options.ascii === true)
  const contest = {
    target: scene.target,
    arms: [parseArm(withBreaker ? 'breaker' : 'none')],
    sessions: [scene.hello ? options.session : undefined],
    schedule: batches(options.requests, Math.min(options.concurrency, options.requests), options.every),
    codes: options.codes,
    seed: options.seed ?? io.draw(),
    timeoutMs: options.timeout,
    circuit,
    connections: options.connections,
    clock: io.clock,
    wallMs: io.wallMs,
    signal: io.interrupted,
    onProgress: bar.show,
  }
  const startedAtWallMs = io.wallMs()
  const held = await hold(contest).finally(bar.end)
  printResult(io, options, resultOf(contest, held, { command: 'burst', startedAtWallMs, trouble: [], paired: false }))
  return exitCode(io.interrupted)
}
