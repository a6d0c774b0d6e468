/** What `chaos simulate` does: from the options to a world, and to the printed result and the exit code. */

import { readFile } from 'node:fs/promises'
import { parseScenario } from '../../server/chaos/scenario/files.ts'
import type { Scenario } from '../../server/chaos/scenario/schema.ts'
import { readPatch, SettingsError } from '../../server/chaos/settings/patch.ts'
import { defaultSettings, type Settings } from '../../server/chaos/settings/schema.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { rateNote } from '../../server/lib/units.ts'
import { keepResult } from '../experiment/keep.ts'
import { type Io, usageError } from '../io.ts'
import { type ExperimentOptions, usualUrl } from '../options/common.ts'
import { experimentFrom } from '../options/experiment.ts'
import { requestFrom } from '../options/request.ts'
import { progressBar } from '../output.ts'
import type { ParsedArm } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { MIN_DAYS, STANDARD_DAYS } from '../report/stats/other-days.ts'
import { quoted } from '../report/verdict/arm-names.ts'
import { simulate } from '../simulate/simulate.ts'
import { usualWorld, type World } from '../simulate/world.ts'
import { conclude } from './conclude.ts'

/** What commander reads for it beside what `compare` takes. */
export type SimulationOptions = Omit<ExperimentOptions, 'url'> & {
  readonly url?: URL
  /** A path. */
  readonly settings?: string
  /** Milliseconds. */
  readonly roundTrip: number
  /** Other days. */
  readonly days?: number
}

/** What of it decides the world. */
export type WorldOptions = Pick<SimulationOptions, 'url' | 'scenario' | 'settings' | 'roundTrip'>

/** What was typed beside the options. */
export interface SimulationLine {
  readonly arms: readonly ParsedArm[]
  /** URLs, which cannot be simulated. */
  readonly urls: readonly string[]
  /** Whether an option was typed, or is at its default. */
  readonly typed: (name: string) => boolean
}

export async function runSimulation(io: Io, options: SimulationOptions, line: SimulationLine): Promise<number> {
  const [url] = line.urls
  if (url !== undefined) {
    throw usageError(`${url} cannot be simulated, because nobody knows how it fails: fire at it with chaos compare.`)
  }
  if (options.store !== undefined) {
    throw usageError('a circuit in Redis cannot be simulated: leave out --store, or use chaos compare.')
  }
  const note = options.failRate === undefined ? null : rateNote(options.failRate)
  if (note !== null) io.stderr.write(`${note}\n`)
  const seed = options.seed ?? io.draw()
  const all = { ...options, seed, url: options.url ?? usualUrl(io.env) }
  const request = await requestFrom(all)
  const world = await worldFrom(io, options, seed)
  const scenario = world.scenarios.find(({ name }) => name === options.scenario)
  if (options.scenario !== undefined && !scenario) throw unknownScenario(options.scenario, world)
  const arms = line.arms.map(arm => arm.name)
  const spec = experimentFrom(all, { arms, ownArms: line.typed('arms'), request, typed: line.typed, scenario })
  const bar = progressBar(io, 'simulate', options.ascii === true)
  const days = options.days ?? daysWithin(spec)
  if (days * spec.load.requests * spec.arms.length > MAX_REQUESTS_ASKED) throw tooManyDays(spec, days)
  const watched = { signal: io.interrupted, onProgress: bar.show, url: all.url, days }
  const result = sameWorld(await simulate(spec, world, watched).finally(() => bar.end()), options)
  const kept = options.keep === true ? await keepResult(io, result, null) : null
  return conclude(io, options, result, kept)
}

/** Requests on all days together, some half a second of work, so that the same command simulates the same days everywhere. */
const MAX_REQUESTS = 400_000

/** The same where somebody asks for so many days: half an hour of work for one core. */
const MAX_REQUESTS_ASKED = 2e9

function tooManyDays({ load, arms }: ExperimentSpec, days: number) {
  const count = (number: number) => number.toLocaleString('en-US')
  const [most, each] = [count(MAX_REQUESTS_ASKED), count(load.requests * arms.length)]
  return usageError(
    `${days} days of ${each} requests are too much work: take fewer requests (-n) or days, at most ${most} requests in all.`,
  )
}

/** How many other days are simulated where nobody says; none where there is no time for enough of them. */
function daysWithin({ load, arms }: ExperimentSpec): number {
  const days = Math.min(STANDARD_DAYS, Math.floor(MAX_REQUESTS / (load.requests * arms.length)))
  return days < MIN_DAYS ? 0 : days
}

/** The result with a hint that leads to the same world. */
function sameWorld(result: Result, { url, settings }: SimulationOptions): Result {
  const { verdict } = result
  if (!/ npx chaos simulate\b/.test(verdict.hint)) return result
  const world = `${url ? ` -u ${url.href.replace(/\/+$/, '')}` : ''}${settings === undefined ? '' : ` --settings ${quoted(settings)}`}`
  return { ...result, verdict: { ...verdict, hint: verdict.hint + world } }
}

/** The world of a server that has just been started, or of the one that was named. */
export async function worldFrom(io: Io, options: WorldOptions, seed: string): Promise<World> {
  const { url, scenario, settings: file, roundTrip } = options
  const found = url && (await serverAt(io, url, scenario))
  const settings = found?.settings ?? defaultSettings(seed)
  const changed = file === undefined ? {} : await settingsIn(file, settings)
  return usualWorld({
    seed,
    settings: { ...found?.settings, ...changed },
    ...(found ? { scenarios: found.scenarios, codes: null } : {}),
    roundTripMs: roundTrip,
    startedAtWallMs: io.wallMs(),
  })
}

/** The settings of a running server, and the scenario of that name. */
async function serverAt(io: Io, url: URL, scenario: string | undefined) {
  const { controlFor } = await import('../control/control.ts')
  const control = controlFor(io, url)
  const { settings } = await control.requireCatalog()
  const scenarios: Scenario[] = []
  if (scenario !== undefined) scenarios.push(parseScenario((await control.scenario(scenario)).scenario))
  return { settings: settings as Settings, scenarios }
}

/** What a file changes of settings. */
async function settingsIn(file: string, settings: Settings): Promise<Partial<Settings>> {
  const text = await readFile(file, 'utf8').catch(error => {
    throw usageError(`${file} cannot be read (${(error as { code?: string }).code ?? String(error)}).`)
  })
  try {
    return readPatch(JSON.parse(text), settings).values
  } catch (error) {
    if (error instanceof SyntaxError) throw usageError(`${file} is not JSON: ${error.message}.`)
    if (error instanceof SettingsError) throw usageError(`${file} holds no settings: ${error.message}.`)
    throw error
  }
}

export function unknownScenario(name: string, { scenarios }: World) {
  return usageError(`there is no scenario "${name}": there are ${scenarios.map(each => each.name).join(', ')}.`)
}
