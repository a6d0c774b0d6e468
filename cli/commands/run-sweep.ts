/** What `chaos sweep` does: from the options to the table, the document or the page. */

import { needsSessions } from '../../server/experiments/conditions.ts'
import { formatDuration } from '../../server/lib/units.ts'
import { startServer } from '../../server/server.ts'
import type { Control } from '../control/control.ts'
import { recogniseTarget } from '../experiment/recognise.ts'
import { runSweep } from '../experiment/sweep.ts'
import { exitCode, type Io } from '../io.ts'
import { scheduleOf } from '../load/schedule.ts'
import { conditionsFrom } from '../options/conditions.ts'
import { experimentFrom, type TypedExperiment } from '../options/experiment.ts'
import { requestFrom } from '../options/request.ts'
import {
  checkedGrid,
  DEFAULT_OUTAGES,
  type SweepFormat,
  type SweepOptions,
  scenarioArm,
  trialsOf,
} from '../options/sweep.ts'
import type { VariedSettings } from '../options/vary.ts'
import { formatOfFile, lookOf, progressBar, writeOutput } from '../output.ts'
import { renderSweepHtml } from '../report/html/sweep.ts'
import type { Sweep } from '../report/stats/sweep-result.ts'
import { renderSweep } from '../report/text/sweep.ts'
import { processContext } from './command.ts'
import { inSession } from './run-experiment.ts'

/** The seed of the server that is started for a sweep. */
const SEED = '42'
const CLOSING_MS = 200

type Typed = (name: string) => boolean

/**
 * @param named whether a server was named; without one a server is started, and an outage is what goes wrong where
 * nothing else was typed
 */
export async function sweep(io: Io, typedOptions: SweepOptions, typed: Typed, named: boolean): Promise<number> {
  const grid = checkedGrid(typedOptions)
  formatOf(typedOptions)
  if (named) return sweepServer(io, typedOptions, grid, typed)
  const quiet = !needsSessions(conditionsFrom(typedOptions))
  const server = await startServer({ seed: SEED })
  try {
    const options = { ...typedOptions, url: new URL(server.url), ...(quiet ? { outage: DEFAULT_OUTAGES } : {}) }
    return await sweepServer(io, options, grid, typed)
  } finally {
    await server.close(CLOSING_MS)
  }
}

async function sweepServer(
  io: Io,
  options: SweepOptions,
  grid: readonly VariedSettings[],
  typed: Typed,
): Promise<number> {
  const asked: TypedExperiment = { arms: [], ownArms: true, request: await requestFrom(options), typed }
  const plain = options.scenario === undefined
  const early = plain ? { trials: trialsOf(options, grid), spec: experimentFrom(options, asked) } : null
  const { target, control, hello } = await recogniseTarget(io, {
    ...{ url: options.url, allowRemote: options.allowRemote },
    conditions: conditionsFrom(options),
  })
  const { trials, spec: asTyped } = early ?? (await scripted(control, options, grid, asked))
  const spec = await inSession(asTyped, { command: 'compare', typed: asked.typed }, options, hello && control)
  const seed = spec.seed ?? io.draw()
  const lastMs = scheduleOf(spec.load, seed).at(spec.load.requests - 1) * trials.length
  const lasts = formatDuration(Math.round(lastMs / 1_000) * 1_000)
  io.stderr.write(`${trials.length} runs, one after the other: about ${lasts}\n`)
  const bar = progressBar(io, 'sweep', options.ascii === true)
  const document = await runSweep({ ...spec, seed }, trials, {
    target,
    control: hello && control,
    sessionPrefix: `sweep-${io.draw()}`,
    ...processContext(io),
    onProgress: bar.show,
  }).finally(bar.end)
  if (document) await print(io, options, document)
  else io.stderr.write('chaos: stopped before the first run was over, so there is nothing to show\n')
  return exitCode(io.interrupted)
}

/** With the load of the scenario, and with its arm unless one was typed. */
async function scripted(
  control: Control,
  options: SweepOptions,
  grid: readonly VariedSettings[],
  asked: TypedExperiment,
) {
  const { scenario } = await control.scenario(options.scenario ?? '')
  const arm = asked.typed('arm') ? options.arm : scenarioArm(scenario.load.arms, scenario.load.retries)
  return { trials: trialsOf(options, grid, arm), spec: experimentFrom(options, { ...asked, scenario }) }
}

async function print(io: Io, options: SweepOptions, document: Sweep): Promise<void> {
  const { output } = options
  const format = formatOf(options)
  const look = lookOf(io, output === undefined ? options : { ...options, color: false })
  const text = {
    text: () => renderSweep(document, look),
    json: () => `${JSON.stringify(document)}\n`,
    html: () => renderSweepHtml(document, look),
  }[format]()
  await writeOutput(io, output, text)
  if (output !== undefined && format !== 'text') io.stdout.write(renderSweep(document, lookOf(io, options)))
}

const ENDINGS: Readonly<Record<string, SweepFormat>> = { txt: 'text', json: 'json', html: 'html', htm: 'html' }

/** What is written. @throws {UserError} with code 2 for a file whose ending stands for no format */
function formatOf({ json, format, output }: SweepOptions): SweepFormat {
  return json ? 'json' : (format ?? formatOfFile(output, ENDINGS) ?? 'text')
}
