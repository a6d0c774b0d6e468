/** `chaos demo`: shows on a server of its own, one regime after the other, when a breaker helps and when it hurts. */

import { startServer } from '../../server/server.ts'
import { Control } from '../control/control.ts'
import { compete } from '../experiment/experiment.ts'
import { type KeepOptions, keepResult } from '../experiment/keep.ts'
import { ownStages } from '../experiment/sessions.ts'
import { exitCode, type Io } from '../io.ts'
import { catalogTarget } from '../load/target.ts'
import { DEFAULT_CODES, type OutputOptions } from '../options/common.ts'
import { scheduleOf } from '../options/schedule.ts'
import { parseArms } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { renderText } from '../report/text/text.ts'
import { lookOf } from './look.ts'
import { progressBar } from './progress.ts'
import { REGIMES, type Regime } from './regimes.ts'

/** Seed of the server and of the keys, chosen so that the coin flips show in three seconds what they show in the long run. */
const SEED = '42'

const NEXT = `
Now do it yourself, in two terminals:
  npx chaos serve          start the catalog on http://127.0.0.1:8000
  npx chaos rate 70        let 70 % of all calls fail
  npx chaos burst          fire 100 requests at once, as a naive client does
  npx chaos compare        fire the same requests with and without a breaker
  npx chaos rate 0         let all be well again, but for three seconds:
  npx chaos compare --outage 1s-4s -n 1000 --open-for 250ms
  npx chaos compare --arms none,retry,retry+breaker
  npx chaos scenario ls    see what else can go wrong
  npx chaos runs ls        find these runs again
`

export async function demo(io: Io, options: OutputOptions & KeepOptions): Promise<number> {
  const server = await startServer({ seed: SEED })
  const results: Result[] = []
  try {
    for (const [index, regime] of REGIMES.entries()) {
      if (io.interrupted.aborted) break
      const result = await show(io, options, new URL(server.url), regime, index)
      results.push(result)
      await keepResult(io, options, result, null)
      if (!options.json) io.stdout.write(`${index > 0 ? '\n\n' : ''}${renderText(result, lookOf(io, options))}`)
    }
  } finally {
    await server.close(CLOSING_MS)
  }
  if (options.json) io.stdout.write(`${JSON.stringify({ schema: 1, command: 'demo', results })}\n`)
  else if (!io.interrupted.aborted) io.stdout.write(NEXT)
  return exitCode(io.interrupted)
}

/** Nobody waits for what the demo's server still has to do. */
const CLOSING_MS = 200

async function show(io: Io, options: OutputOptions, url: URL, regime: Regime, index: number): Promise<Result> {
  const bar = progressBar(io, `${index + 1} of ${REGIMES.length}`, options.ascii === true)
  return compete({
    command: 'demo',
    title: `${index + 1}. ${regime.title}`,
    target: catalogTarget(url),
    arms: parseArms(regime.arms),
    stage: ownStages(io, new Control({ url }), `demo-${index + 1}`, regime.conditions),
    paired: true,
    schedule: seed => scheduleOf(regime.schedule, regime.schedule.requests, seed),
    codes: DEFAULT_CODES,
    seed: SEED,
    timeoutMs: regime.timeoutMs,
    circuit: {},
    wire: { connections: CONNECTIONS },
    warmup: 0,
    oneByOne: false,
    repeat: 1,
    clock: io.clock,
    wallMs: io.wallMs,
    signal: io.interrupted,
    onProgress: bar.show,
  }).finally(bar.end)
}

/** Enough for all requests that an overloaded server holds at the same time. */
const CONNECTIONS = 256
