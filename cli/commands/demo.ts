/** `chaos demo`: shows on a server of its own, one regime after the other, when a breaker helps and when it hurts. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { type DaysBudget, exitCode, type Io } from '../io.ts'
import { outputOptions } from '../options/common.ts'
import { keepOption } from '../options/keep.ts'
import type { OutputOptions } from '../output.ts'
import type { Result } from '../report/result.ts'
import { type Define, processContext } from './command.ts'

interface DemoOptions extends OutputOptions {
  /** False for `--no-keep`. */
  readonly keep: boolean
}

export const define: Define = (command, run) => {
  keepOption(outputOptions(command))
  command.action(options => run(io => demo(io, options)))
}

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

/** A demo is shown on whatever machine is there: it waits a moment longer for other days than a command does. */
const DAYS: DaysBudget = { count: 199, budgetMs: 2_000 }

/** Nobody waits for what the demo's server still has to do. */
const CLOSING_MS = 200

async function demo(io: Io, options: DemoOptions): Promise<number> {
  const [
    { startServer },
    { experimentSchema },
    { PRESETS, PRESET_SEED },
    { keepResult },
    { renderText },
    { renderRegimes },
    { lookOf },
  ] = await Promise.all([
    import('../../server/server.ts'),
    import('../../server/experiments/spec.ts'),
    import('../../server/experiments/presets.ts'),
    import('../experiment/keep.ts'),
    import('../report/text/text.ts'),
    import('../report/text/regimes.ts'),
    import('../output.ts'),
  ])
  const server = await startServer({ seed: PRESET_SEED })
  const results: Result[] = []
  try {
    for (const [index, { title, about, spec: preset }] of PRESETS.entries()) {
      if (io.interrupted.aborted) break
      const number = `${index + 1} of ${PRESETS.length}`
      const spec = experimentSchema.parse({ ...preset, title: `${index + 1}. ${title.toUpperCase()}: ${about}` })
      const result = await show(io, options, new URL(server.url), spec, number)
      results.push(result)
      if (options.keep) await keepResult(io, result, null)
      if (!options.json) io.stdout.write(`${index > 0 ? '\n\n' : ''}${renderText(result, lookOf(io, options))}`)
    }
  } finally {
    await server.close(CLOSING_MS)
  }
  if (options.json) io.stdout.write(`${JSON.stringify({ schema: 1, command: 'demo', results })}\n`)
  else if (!io.interrupted.aborted) io.stdout.write(`\n${renderRegimes(results, lookOf(io, options))}\n${NEXT}`)
  return exitCode(io.interrupted)
}

async function show(io: Io, options: DemoOptions, url: URL, spec: ExperimentSpec, number: string): Promise<Result> {
  const [{ controlFor }, { runExperiment }, { catalogTarget }, { progressBar }] = await Promise.all([
    import('../control/control.ts'),
    import('../experiment/experiment.ts'),
    import('../load/target.ts'),
    import('../output.ts'),
  ])
  const bar = progressBar(io, number, options.ascii === true)
  return runExperiment(spec, {
    command: 'demo',
    target: catalogTarget(url),
    control: controlFor(io, url),
    sessionPrefix: `demo-${number.at(0)}`,
    readsFailRate: false,
    ...processContext(io),
    days: io.days === undefined ? DAYS : io.days,
    onProgress: bar.show,
  }).finally(bar.end)
}
