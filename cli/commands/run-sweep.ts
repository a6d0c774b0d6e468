/** `chaos sweep`: the same load through many settings of the breaker, one after the other, and which of them nothing beats. */

import { formatDuration } from '../../server/lib/units.ts'
import { startServer } from '../../server/server.ts'
import { type Campaign, compete } from '../experiment/experiment.ts'
import { openScene, type Scene } from '../experiment/recognise.ts'
import { withLoad } from '../experiment/scenario-load.ts'
import { ownStages, sharedStage } from '../experiment/sessions.ts'
import { exitCode, type Io, usageError } from '../io.ts'
import { typedCircuit } from '../options/circuit.ts'
import { conditionsOf, needsSessions } from '../options/conditions.ts'
import { checkedRequests, scheduleOf } from '../options/schedule.ts'
import { MOST_COMBINATIONS, type SweepFormat, type SweepOptions, USUAL_TROUBLE } from '../options/sweep.ts'
import { gridOf, type Settings } from '../options/vary.ts'
import { formatOfFile, lookOf, progressBar, writeOutput } from '../output.ts'
import type { ParsedArm } from '../policy/parse.ts'
import { renderSweepHtml } from '../report/html/sweep-html.ts'
import type { Result } from '../report/result.ts'
import { total } from '../report/stats/figures.ts'
import { type Sweep, type SweepPoint, sweepPoint } from '../report/stats/sweep-result.ts'
import { renderSweep } from '../report/text/sweep.ts'
import { armWith, armWithout, scenarioArm } from './sweep-arms.ts'

/** The seed of the server that is started for a sweep. */
const SEED = '42'
const CLOSING_MS = 200

/**
 * @param named whether a server was named; without one a server is started, and an outage is what goes wrong where
 * nothing else was typed
 */
export async function sweep(
  io: Io,
  typedOptions: SweepOptions,
  typed: (name: string) => boolean,
  named: boolean,
): Promise<number> {
  const grid = checkedGrid(typedOptions)
  formatOf(typedOptions)
  if (named) return survey(io, typedOptions, typedOptions.url, grid, typed)
  const options = needsSessions(typedOptions) ? typedOptions : { ...typedOptions, outage: USUAL_TROUBLE }
  const server = await startServer({ seed: SEED })
  try {
    return await survey(io, options, new URL(server.url), grid, typed)
  } finally {
    await server.close(CLOSING_MS)
  }
}

/** What is to be run, the arm without a circuit first. */
interface Trial {
  readonly settings: Settings
  readonly arm: ParsedArm
}

async function survey(
  io: Io,
  given: SweepOptions,
  url: URL,
  grid: readonly Settings[],
  typed: (name: string) => boolean,
): Promise<number> {
  const early = given.scenario === undefined ? trialsOf(given.arm, grid) : null
  if (early) checkedRequests(given, typed)
  const scene = await openScene(io, { url, allowRemote: given.allowRemote === true })
  if (!scene.hello && needsSessions(given)) {
    throw usageError(`${scene.target.origin} is no flaky catalog, and only one can be told to fail: leave that out.`)
  }
  const { options, trials, title } = early
    ? { options: given, trials: early, title: undefined }
    : await scripted(scene, given, grid, typed)
  const mine = (name: string) =>
    typed(name) && options[name as keyof SweepOptions] === given[name as keyof SweepOptions]
  const requests = checkedRequests(options, mine)
  const results = await run(io, scene, options, requests, trials)
  const document = sweepOf(results, trials, requests, title)
  if (!document) {
    io.stderr.write('chaos: stopped before the first run was over, so there is nothing to show\n')
    return exitCode(io.interrupted)
  }
  await print(io, options, document)
  return exitCode(io.interrupted)
}

async function scripted(
  { control }: Scene,
  given: SweepOptions,
  grid: readonly Settings[],
  typed: (name: string) => boolean,
): Promise<{ options: SweepOptions; trials: readonly Trial[]; title: string }> {
  const { scenario } = await control.scenario(given.scenario ?? '')
  const arm = typed('arm') ? given.arm : scenarioArm(scenario.load.arms, scenario.load.retries)
  return { options: withLoad(given, scenario.load, typed), trials: trialsOf(arm, grid), title: scenario.title }
}

function trialsOf(arm: string, grid: readonly Settings[]): readonly Trial[] {
  const points = grid.map(settings => ({ settings, arm: armWith(arm, settings) }))
  return [{ settings: {}, arm: armWithout(arm) }, ...points]
}

function checkedGrid({ vary, steps }: SweepOptions): readonly Settings[] {
  const grid = gridOf(vary, steps)
  if (grid.length <= MOST_COMBINATIONS) return grid
  throw usageError(
    `that makes ${grid.length} combinations, and ${MOST_COMBINATIONS} are the most: take fewer --steps, or vary less.`,
  )
}

/** One run after the other, all with one seed: each combination meets the same fates and has the machine to itself. */
async function run(
  io: Io,
  scene: Scene,
  options: SweepOptions,
  requests: number,
  trials: readonly Trial[],
): Promise<readonly Result[]> {
  const seed = options.seed ?? io.draw()
  const schedule = scheduleOf(options, requests, seed)
  const lasts = formatDuration(Math.round((schedule.at(requests - 1) * trials.length) / 1_000) * 1_000)
  io.stderr.write(`${trials.length} runs, one after the other: about ${lasts}\n`)
  const bar = progressBar(io, 'sweep', options.ascii === true)
  const prefix = `sweep-${io.draw()}`
  const results: Result[] = []
  try {
    for (const [index, { arm }] of trials.entries()) {
      if (io.interrupted.aborted) break
      const campaign: Campaign = {
        command: 'compare',
        target: scene.target,
        arms: [arm],
        stage: scene.hello
          ? ownStages(io, scene.control, `${prefix}-${index}`, conditionsOf(options))
          : sharedStage(undefined),
        paired: false,
        schedule: word => scheduleOf(options, requests, word),
        codes: options.codes,
        seed,
        timeoutMs: options.timeout,
        circuit: typedCircuit(options),
        wire: { connections: options.connections },
        warmup: options.warmup,
        oneByOne: false,
        repeat: 1,
        clock: io.clock,
        wallMs: io.wallMs,
        signal: io.interrupted,
        onProgress: share => bar.show((index + share) / trials.length),
      }
      results.push(await compete(campaign))
    }
  } finally {
    bar.end()
  }
  return results
}

/** The sweep of the runs that came to their end; null where not even the first did. */
function sweepOf(
  results: readonly Result[],
  trials: readonly Trial[],
  requests: number,
  title: string | undefined,
): Sweep | null {
  const points = results.flatMap((result, index): SweepPoint[] => {
    const [arm] = result.arms
    const settings = trials[index]?.settings
    return arm && settings && total(arm.outcomes) === requests ? [sweepPoint(settings, arm)] : []
  })
  const [first] = results
  const [baseline, ...rest] = points
  if (!first || !baseline) return null
  const loads = results.map(result => result.load)
  const load = {
    ...first.load,
    late: loads.reduce((sum, each) => sum + each.late, 0),
    lagMs: {
      p99: Math.max(...loads.map(each => each.lagMs.p99)),
      max: Math.max(...loads.map(each => each.lagMs.max)),
    },
  }
  const { seed, target, startedAt, trouble } = first
  const interrupted = points.length < trials.length
  const named = title === undefined ? {} : { title }
  return {
    schema: 1,
    command: 'sweep',
    ...named,
    seed,
    target,
    startedAt,
    interrupted,
    load,
    trouble,
    baseline,
    points: rest,
  }
}

async function print(io: Io, options: SweepOptions, document: Sweep): Promise<void> {
  const { output } = options
  const format = formatOf(options)
  const look = lookOf(io, output === undefined ? options : { ...options, color: false })
  const text = {
    text: () => renderSweep(document, look),
    json: () => `${JSON.stringify(document)}\n`,
    html: () => renderSweepHtml(document),
  }[format]()
  await writeOutput(io, output, text)
  if (output !== undefined && format !== 'text') io.stdout.write(renderSweep(document, lookOf(io, options)))
}

const ENDINGS: Readonly<Record<string, SweepFormat>> = { txt: 'text', json: 'json', html: 'html', htm: 'html' }

/** What is written. @throws {UserError} with code 2 for a file whose ending stands for no format */
function formatOf({ json, format, output }: SweepOptions): SweepFormat {
  return json ? 'json' : (format ?? formatOfFile(output, ENDINGS) ?? 'text')
}
