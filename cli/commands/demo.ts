/** `chaos demo`: shows on a server of its own, one regime after the other, when a breaker helps and when it hurts. */

import type { Conditions } from '../experiment/sessions.ts'
import { exitCode, type Io } from '../io.ts'
import { DEFAULT_CODES, outputOptions } from '../options/common.ts'
import { type KeepOptions, keepOption } from '../options/keep.ts'
import { type ScheduleOptions, scheduleOf } from '../options/schedule.ts'
import type { OutputOptions } from '../output.ts'
import type { Result } from '../report/result.ts'
import type { Define } from './command.ts'

export const define: Define = (command, run) => {
  keepOption(outputOptions(command))
  command.action(options => run(io => demo(io, options)))
}

/** Seed of the server and of the keys, chosen so that the coin flips show in three seconds what they show in the long run. */
const SEED = '42'

interface Regime {
  readonly title: string
  /** Arms with commas between them. */
  readonly arms: string
  readonly schedule: ScheduleOptions
  readonly timeoutMs: number
  readonly conditions: Conditions
}

const PACE = { concurrency: 10, every: 100 } as const

const COIN_FLIPS: Regime = {
  title: 'COIN FLIPS: 30 % of all calls fail, each on its own',
  arms: 'none,breaker',
  schedule: { ...PACE, requests: 300 },
  timeoutMs: 2_000,
  conditions: { failRate: 30 },
}

/** The spell begins and ends between two batches, and so do the circuit's openings, so that nothing hangs on a few milliseconds. */
const OUTAGE: Regime = {
  title: 'AN OUTAGE: all is well, then everything fails for three seconds, then all is well again',
  arms: 'none,breaker(open-for=450ms)',
  schedule: { ...PACE, requests: 550 },
  timeoutMs: 2_000,
  conditions: { failRate: 0, outages: [{ failRate: 100, fromMs: 1_050, toMs: 4_050 }] },
}

const RETRY_STORM: Regime = {
  title: 'A RETRY STORM: five slow seconds, and the retries keep the server down long after they are over',
  arms: 'retry,retry+breaker',
  schedule: { ...PACE, requests: 70 * 12, rate: 70 },
  timeoutMs: 500,
  conditions: { scenario: 'retry-storm' },
}

const REGIMES: readonly Regime[] = [COIN_FLIPS, OUTAGE, RETRY_STORM]

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

async function demo(io: Io, options: OutputOptions & KeepOptions): Promise<number> {
  const [{ startServer }, { keepResult }, { renderText }, { lookOf }] = await Promise.all([
    import('../../server/server.ts'),
    import('../experiment/keep.ts'),
    import('../report/text/text.ts'),
    import('../output.ts'),
  ])
  const server = await startServer({ seed: SEED })
  const results: Result[] = []
  try {
    for (const [index, regime] of REGIMES.entries()) {
      if (io.interrupted.aborted) break
      const result = await show(io, options, new URL(server.url), regime, index)
      results.push(result)
      if (options.keep) await keepResult(io, result, null)
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
  const [{ controlFor }, { compete }, { ownStages }, { catalogTarget }, { parseArms }, { progressBar }] =
    await Promise.all([
      import('../control/control.ts'),
      import('../experiment/experiment.ts'),
      import('../experiment/sessions.ts'),
      import('../load/target.ts'),
      import('../policy/parse.ts'),
      import('../output.ts'),
    ])
  const bar = progressBar(io, `${index + 1} of ${REGIMES.length}`, options.ascii === true)
  return compete({
    command: 'demo',
    title: `${index + 1}. ${regime.title}`,
    target: catalogTarget(url),
    arms: parseArms(regime.arms),
    stage: ownStages(io, controlFor(io, url), `demo-${index + 1}`, regime.conditions),
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
