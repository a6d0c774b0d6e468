/** What `chaos tune` does: from the options to an experiment whose arm is left open, and to what is printed. */

import { needsSessions } from '../../server/experiments/conditions.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { rateNote } from '../../server/lib/units.ts'
import { loadOfScenario } from '../experiment/scenario-load.ts'
import { urlOption } from '../hint-address.ts'
import { exitCode, type Io, usageError } from '../io.ts'
import { scheduleOf } from '../load/schedule.ts'
import { usualUrl } from '../options/common.ts'
import { conditionsFrom } from '../options/conditions.ts'
import { experimentFrom } from '../options/experiment.ts'
import { requestFrom } from '../options/request.ts'
import { DEFAULT_OUTAGES, scenarioArm } from '../options/sweep.ts'
import { openArm, type TuneFormat, type TuneOptions, tunedArm } from '../options/tune.ts'
import { formatOfFile, lookOf, progressBar, writeOutput } from '../output.ts'
import type { ParsedArm } from '../policy/parse.ts'
import { renderTuneHtml } from '../report/html/tune.ts'
import type { Tuning } from '../report/stats/tune-result.ts'
import { renderTune } from '../report/text/tune.ts'
import { armList, quoted } from '../report/verdict/arm-names.ts'
import { flagsOf } from '../report/verdict/flags.ts'
import { keptRun } from '../simulate/kept-run.ts'
import { refusal } from '../simulate/refusal.ts'
import { EDGE_MS } from '../simulate/replicates.ts'
import { Trials } from '../simulate/trials.ts'
import { FINALISTS, trialsOf, tune } from '../simulate/tune.ts'
import { usualWorld, type World } from '../simulate/world.ts'
import { openLibrary } from './command.ts'
import { unknownScenario, worldFrom } from './run-simulation.ts'

type Typed = (name: string) => boolean

/** An experiment in its world, with the arm that is to be tuned. */
interface Task {
  readonly spec: ExperimentSpec
  readonly world: World
  readonly arm: ParsedArm
  /** The arm as it is: the expression with which the candidates are compared, beside none. */
  readonly given: string
}

/** @param name of a kept run whose load and conditions are taken */
export async function runTune(io: Io, options: TuneOptions, name: string | undefined, typed: Typed): Promise<number> {
  const format = formatOf(options)
  const note = options.failRate === undefined ? null : rateNote(options.failRate)
  if (note !== null) io.stderr.write(`${note}\n`)
  const seed = options.seed ?? io.draw()
  const task = name === undefined ? await typedTask(io, options, typed, seed) : await keptTask(io, options, name, typed)
  const { spec, world, arm, given } = task
  const why = refusal({ ...spec, arms: [given, arm.expression] })
  if (why !== null) throw usageError(why)
  const { candidates, days, worth, workers } = options
  const question = {
    ...{ arm, given, candidates, days, worth, seed, finalists: FINALISTS },
    ...{ circuit: spec.circuit, timeoutMs: spec.load.timeoutMs },
  }
  const bar = progressBar(io, 'tune', options.ascii === true)
  const whole = trialsOf(question)
  const distribution = { world, edgeMs: EDGE_MS }
  const trials = new Trials({ spec, distribution, seed }, workers, {
    signal: io.interrupted,
    onTrials: done => bar.show(Math.min(1, done / whole)),
  })
  const answer = await tune(question, trials.measure).finally(() => {
    trials.close()
    bar.end()
  })
  const { recommendation } = answer
  const live = recommendation && liveCommand(io, options, task, recommendation)
  const document: Tuning = {
    ...{ schema: 1, command: 'tune' },
    ...(spec.title === undefined ? {} : { title: spec.title }),
    ...{ seed, arm: arm.expression, load: spec.load, conditions: spec.conditions, worth, edgeMs: EDGE_MS },
    ...answer,
    recommendation: recommendation && live !== null ? { ...recommendation, live } : null,
  }
  if (document.recommendation) await print(io, options, format, document)
  else io.stderr.write('chaos: stopped before anything was measured, so there is nothing to show\n')
  return exitCode(io.interrupted)
}

async function typedTask(io: Io, typedOptions: TuneOptions, typed: Typed, seed: string): Promise<Task> {
  const quiet =
    !needsSessions(conditionsFrom({ ...typedOptions, url: usualUrl(io.env) })) &&
    typedOptions.settings === undefined &&
    typedOptions.url === undefined
  const options = {
    ...typedOptions,
    ...{ seed, url: typedOptions.url ?? usualUrl(io.env) },
    ...(quiet ? { outage: DEFAULT_OUTAGES } : {}),
  }
  const world = await worldFrom(io, typedOptions, seed)
  const scenario = world.scenarios.find(each => each.name === options.scenario)
  if (options.scenario !== undefined && !scenario) throw unknownScenario(options.scenario, world)
  const theirs = scenario ? scenarioArm(scenario.load.arms, scenario.load.retries) : 'breaker'
  const arm = tunedArm(options.arm ?? theirs)
  const asked = { arms: [arm.expression], ownArms: true, request: await requestFrom(options), typed, scenario }
  return { spec: experimentFrom(options, asked), world, arm, given: arm.expression }
}

/** Options that say what a kept run says itself. */
const OF_THE_RUN = ['scenario', 'outage', 'failRate', 'settings', 'requests', 'concurrency', 'every', 'for'].concat(
  ...['rate', 'poisson', 'ramp', 'closed', 'codes', 'timeout', 'connections', 'method', 'header', 'warmup'],
)

async function keptTask(io: Io, options: TuneOptions, name: string, typed: Typed): Promise<Task> {
  const twice = OF_THE_RUN.find(typed)
  if (twice !== undefined) {
    const flag = twice.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    throw usageError(`${name} brings its own load and conditions: leave out --${flag}.`)
  }
  const named = options.url !== undefined || Boolean(io.env.CHAOS_URL)
  const library = await openLibrary(io, { url: options.url ?? usualUrl(io.env) }, named)
  const kept = await library.open(name)
  const found = keptRun(kept.result)
  if (typeof found === 'string') throw usageError(`${kept.name} cannot be simulated: ${found}.`)
  const { spec, settings, guarded } = found
  const world = usualWorld({ seed: spec.seed ?? name, settings, roundTripMs: options.roundTrip })
  const { scenario: wanted } = spec.conditions
  const scenario = world.scenarios.find(each => each.name === wanted)
  if (wanted !== undefined && !scenario) throw unknownScenario(wanted, world)
  const given = guarded === null ? 'breaker' : scenarioArm([guarded], scenario?.load.retries ?? 3)
  const arm = options.arm === undefined ? openArm(given) : tunedArm(options.arm)
  return { spec, world, arm, given }
}

/** What shows it live: none, and what was found, under the same conditions. */
function liveCommand(
  io: Io,
  options: TuneOptions,
  { spec, world }: Task,
  { best, code, arm }: { readonly best: string; readonly code: string; readonly arm: string },
): string {
  const { load, conditions, request } = spec
  const arms = code === 'without-breaker' ? ['none', arm, best] : ['none', best]
  const schedule = scheduleOf(load, '')
  const flagged = {
    load: {
      ...{ requests: load.requests, timeoutMs: load.timeoutMs, schedule: schedule.shape },
      ...{ concurrency: schedule.concurrency, everyMs: schedule.everyMs },
    },
    conditions: { ...conditions, circuit: definedIn(spec.circuit) },
    request: { method: request.method, path: '', codes: load.codes, headers: {}, body: null, expectsJson: true },
    interrupted: false,
  }
  const scenario = world.scenarios.find(({ name }) => name === conditions.scenario)
  const theirs = scenario && loadOfScenario(scenario.load).schedule
  const ownLoad =
    theirs && JSON.stringify(theirs) !== JSON.stringify({ requests: load.requests, schedule: load.schedule })
  const more = ownLoad ? flagsOf({ ...flagged, conditions: {} }, { trouble: false }) : ''
  const words = [`--arms ${armList([...new Set(arms)])}${flagsOf(flagged)}${more}`]
  // A live server gets settings of its own by other ways: with a file of them it is tried in virtual time.
  if (options.settings !== undefined) return `npx chaos simulate ${words} --settings ${quoted(options.settings)}`
  const { url } = options
  return `npx chaos compare ${words}${url ? urlOption(url.href, usualUrl(io.env)) : ''}`
}

/** The options that were given. */
function definedIn(circuit: ExperimentSpec['circuit']): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(circuit).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

async function print(io: Io, options: TuneOptions, format: TuneFormat, document: Tuning): Promise<void> {
  const { output } = options
  const look = lookOf(io, output === undefined ? options : { ...options, color: false })
  const text = {
    text: () => renderTune(document, look),
    json: () => `${JSON.stringify(document)}\n`,
    html: () => renderTuneHtml(document, look),
  }[format]()
  await writeOutput(io, output, text)
  if (output !== undefined && format !== 'text') io.stdout.write(renderTune(document, lookOf(io, options)))
}

const ENDINGS: Readonly<Record<string, TuneFormat>> = { txt: 'text', json: 'json', html: 'html', htm: 'html' }

/** What is written. @throws {UserError} with code 2 for a file whose ending stands for no format */
function formatOf({ json, format, output }: TuneOptions): TuneFormat {
  return json ? 'json' : (format ?? formatOfFile(output, ENDINGS) ?? 'text')
}
