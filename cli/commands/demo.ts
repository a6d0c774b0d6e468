/** `chaos demo`: shows on a server of its own, one regime after the other, when a breaker helps and when it hurts. */

import { startServer } from '../../server/server.ts'
import { Control } from '../control.ts'
import { exitCode, type Io } from '../io.ts'
import { type Contest, hold } from '../load/contest.ts'
import { resultOf } from '../load/outcome.ts'
import { batches } from '../load/schedule.ts'
import { catalogTarget } from '../load/target.ts'
import { parseArms } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { openLabs } from './labs.ts'
import { lookOf } from './look.ts'
import { DEFAULT_CODES, type OutputOptions } from './options.ts'
import { textOf } from './print.ts'
import { progressBar } from './progress.ts'
import { REGIMES, type Regime } from './regimes.ts'

export async function demo(io: Io, options: OutputOptions): Promise<number> {
  const server = await startServer({ seed: SEED })
  const results: Result[] = []
  try {
    for (const [index, regime] of REGIMES.entries()) {
      if (io.interrupted.aborted) break
      const result = await show(io, options, new URL(server.url), regime, index)
      results.push(result)
      if (!options.json) io.stdout.write(`${index > 0 ? '\n\n' : ''}${textOf(result, lookOf(io, options))}\n`)
    }
  } finally {
    await server.close()
  }
  if (options.json) io.stdout.write(`${JSON.stringify({ schema: 1, command: 'demo', results })}\n`)
  else if (!io.interrupted.aborted) io.stdout.write(NEXT)
  return exitCode(io.interrupted)
}

/** Seed of the server and of the keys, chosen so that the coin flips show in three seconds what they show in the long run. */
const SEED = '42'

const NEXT = `
Now do it yourself, in two terminals:
  npx chaos serve          start the catalog on http://127.0.0.1:8000
  npx chaos rate 70        let 70 % of all calls fail
  npx chaos burst          fire 100 requests at once, as a naive client does
  npx chaos compare        fire the same requests with and without a breaker
  npx chaos compare --arms none,retry,retry+breaker
`

async function show(io: Io, options: OutputOptions, url: URL, regime: Regime, index: number): Promise<Result> {
  const control = new Control({ url })
  await control.patch(regime.before)
  const arms = parseArms(regime.arms)
  const labs = await openLabs(control, { prefix: `demo-${index + 1}`, count: arms.length })
  const bar = progressBar(io, regime.title, options.ascii === true)
  try {
    const contest: Contest = {
      target: { ...catalogTarget(url), expectsJson: true },
      arms,
      sessions: labs.ids,
      schedule: batches(regime.requests, regime.concurrency, regime.everyMs),
      codes: DEFAULT_CODES,
      seed: SEED,
      timeoutMs: regime.timeoutMs,
      circuit: {},
      connections: 64,
      steps: regime.steps.map(({ atMs, set }) => ({ atMs, act: () => control.patch(set) })),
      clock: io.clock,
      wallMs: io.wallMs,
      signal: io.interrupted,
      onProgress: bar.show,
    }
    const startedAtWallMs = io.wallMs()
    const held = await hold(contest).finally(bar.end)
    const { title, trouble } = regime
    return resultOf(contest, held, { command: 'demo', title, startedAtWallMs, trouble, paired: true })
  } finally {
    await labs.close()
  }
}
