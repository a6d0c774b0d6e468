/** What `burst` and `compare` have in common: from the options to the printed result and the exit code. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { nearest } from '../../server/lib/near-miss.ts'
import { formatDuration, rateNote } from '../../server/lib/units.ts'
import type { Control } from '../control/control.ts'
import { openPublisher } from '../control/live-publisher.ts'
import { runExperiment } from '../experiment/experiment.ts'
import { type KeptAt, keepResult } from '../experiment/keep.ts'
import { type RecognisedTarget, recogniseTarget } from '../experiment/recognise.ts'
import { openSharedCircuits } from '../experiment/redis.ts'
import { DEFAULT_SESSION, placedIn } from '../experiment/sessions.ts'
import { withAddress } from '../hint-address.ts'
import { type Io, usageError } from '../io.ts'
import { scheduleOf } from '../load/schedule.ts'
import { type ExperimentOptions, usualUrl } from '../options/common.ts'
import { conditionsFrom } from '../options/conditions.ts'
import { experimentFrom, type TypedExperiment } from '../options/experiment.ts'
import { requestFrom } from '../options/request.ts'
import { lookOf, progressBar } from '../output.ts'
import type { ParsedArm } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { processContext } from './command.ts'
import { conclude } from './conclude.ts'
import { predictRun } from './prediction.ts'

/** What the two commands do differently. */
export interface CommandLine {
  readonly command: 'burst' | 'compare'
  readonly arms: readonly ParsedArm[]
  /** One URL instead of the catalog. */
  readonly exactly: URL | undefined
  /** Whether an option was typed, or is at its default. */
  readonly typed: (name: string) => boolean
}

export async function runCommand(io: Io, options: ExperimentOptions, line: CommandLine): Promise<number> {
  const { command, exactly, typed } = line
  const note = options.failRate === undefined ? null : rateNote(options.failRate)
  if (note !== null) io.stderr.write(`${note}\n`)
  const request = await requestFrom(options)
  const ownArms = typed('arms') || command === 'burst'
  const asked: TypedExperiment = { arms: line.arms.map(arm => arm.name), ownArms, request, typed }
  const early = options.scenario === undefined ? experimentFrom(options, asked) : null
  const recognised = await recogniseTarget(io, {
    ...{ url: options.url, exactly, request, allowRemote: options.allowRemote },
    conditions: conditionsFrom(options),
  })
  const { target, control, hello } = recognised
  if (hello && exactly && !/^\/catalogs(\/|$)/.test(exactly.pathname)) {
    io.stderr.write(`Nothing is made to fail at ${target.url}: only what lies under /catalogs is.\n`)
  }
  const { scenario } = early ? {} : await control.scenario(options.scenario ?? '')
  const asTyped = early ?? experimentFrom(options, { ...asked, scenario })
  const spec = await inSession(asTyped, line, options, hello && control)
  const made = hello && command === 'burst' ? await madeNote(control, spec.session) : null
  if (made !== null) io.stderr.write(`${made}\n`)
  const unmet = unmetNote(spec)
  if (unmet !== null) io.stderr.write(`${unmet}\n`)
  const predicted = options.predict ? await predictRun(io, options, spec, { hello, scenario }) : null
  const withPrediction = (result: Result): Result => (predicted ? { ...result, predicted } : result)
  const store = await openSharedCircuits(io, options.store)
  const bar = progressBar(io, command, options.ascii === true)
  let kept = null as KeptAt | null
  const keep = async (result: Result) => {
    const { words } = lookOf(io, options)
    kept = await keepResult(
      io,
      withAddress(withPrediction(result), usualUrl(io.env)),
      hello && { origin: target.origin, control },
      words,
    )
    return kept && kept.origin !== null ? kept.id : null
  }
  const result = await runExperiment(spec, {
    command,
    session: options.session,
    target,
    control: hello && control,
    sessionPrefix: `${command}-${io.draw()}`,
    readsFailRate: true,
    ...processContext(io),
    ...(store === null ? {} : { openCircuit: store.openCircuit }),
    onProgress: bar.show,
    ...(hello ? { publish: publisherOf(io, recognised, spec, command) } : {}),
    ...(options.keep === false ? {} : { keep }),
  }).finally(() => {
    bar.end()
    store?.close()
  })
  return conclude(io, options, withAddress(withPrediction(result), usualUrl(io.env)), kept)
}

/**
 * The experiment in the session that was typed.
 * @throws {UserError} for a session that is not there, or where nobody knows of sessions
 */
export async function inSession(
  spec: ExperimentSpec,
  { command, typed }: Pick<CommandLine, 'command' | 'typed'>,
  { session = DEFAULT_SESSION }: Pick<ExperimentOptions, 'session'>,
  control: Control | null,
): Promise<ExperimentSpec> {
  if (!control && typed('session')) {
    throw usageError('--session names a session of a flaky catalog, and this is none: leave it out.')
  }
  if (!control) return command === 'compare' ? { ...spec, session: undefined } : spec
  return placedIn(session === DEFAULT_SESSION ? spec : { ...spec, session }, command, control)
}

/** That the first request makes the session, as a server does on demand; null where it is there, or nobody can tell. */
async function madeNote(control: Control, session = DEFAULT_SESSION): Promise<string | null> {
  const known = await control.sessions().catch(() => [])
  const names = known.map(({ id }) => id)
  if (names.length === 0 || names.includes(session)) return null
  const near = nearest(session, names)
  const meant = near === null ? '' : ` Did you mean "${near}"?`
  return `The server had no session "${session}": it makes it now, with the settings of "${DEFAULT_SESSION}".${meant}`
}

/** That outages which were asked for begin when nothing is sent any more; null where they do not, or nobody can tell. */
function unmetNote({ load, conditions }: ExperimentSpec): string | null {
  const { kind } = load.schedule
  if (kind === 'closed' || kind === 'poisson') return null
  const { at, requests } = scheduleOf(load, '')
  const lastMs = at(requests - 1)
  const [first] = conditions.outages.filter(({ fromMs }) => fromMs > lastMs)
  if (!first) return null
  const [last, from] = [lastMs, first.fromMs].map(ms => formatDuration(Math.round(ms)))
  return `No request meets the outage that begins at ${from}: the last one leaves at ${last}. With a larger -n some would.`
}

/** Makes runs known on the pages of the server that they are fired at. */
function publisherOf(io: Io, { target, control }: RecognisedTarget, { title, arms }: ExperimentSpec, command: string) {
  const url = new URL(target.origin)
  return () => ({
    id: `run-${io.draw()}`,
    title: title ?? `${command} ${arms.join(', ')}`,
    publisher: openPublisher({ url, token: control.token, clock: io.clock }),
  })
}
