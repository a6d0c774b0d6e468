/** `chaos live`: the full-screen console, where keys change the settings and the breaker can be watched at work. */

import { formatDuration } from '../../server/lib/units.ts'
import { requestsOf } from '../../server/runs/counters.ts'
import { type CircuitSettings, circuitSettings } from '../breaker/options.ts'
import type { Control, Hello } from '../control/control.ts'
import { urlOption } from '../hint-address.ts'
import { exitCode, type Io, usageError } from '../io.ts'
import type { Model } from '../live/model.ts'
import { armOption, readArms } from '../options/arms.ts'
import { addCircuitOptions, checkCircuits, typedCircuit } from '../options/circuit.ts'
import { type ExperimentOptions, paceOptions, sessionOption, targetOptions, usualUrl } from '../options/common.ts'
import { circuitOptions } from '../policy/circuit-parameters.ts'
import { CIRCUITS, type ParsedArm } from '../policy/parse.ts'
import { formatCount, plural } from '../report/format.ts'
import type { Define } from './command.ts'

/** Batches that follow each other faster are a constant rate, which is another command's work. */
const MIN_EVERY_MS = 10

export interface LiveOptions
  extends Pick<
    ExperimentOptions,
    | 'url'
    | 'session'
    | 'concurrency'
    | 'every'
    | 'codes'
    | 'timeout'
    | 'seed'
    | 'connections'
    | 'allowRemote'
    | 'ascii'
    | 'color'
  > {
  /** The expression of the arm that is watched. */
  readonly arm: string
  /** Fires from the start. */
  readonly auto?: boolean
  /** The baseline is on from the start. */
  readonly baseline: boolean
}

export const define: Define = (command, run, env) => {
  armOption(command, 'the arm that is watched, such as retry+breaker', 'breaker')
    .option('--auto', 'fire from the start')
    .option('--allow-remote', 'fire at another machine: one that is yours, or whose owner asked for it')
    .option('--no-baseline', 'without the same requests unprotected beside it')
    .option('--ascii', 'draw with plain ASCII characters')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
  addCircuitOptions(sessionOption(targetOptions(paceOptions(command, 10), env), env))
  command.action(options => run(io => live(io, options)))
}

/** @throws {UserError} where this is no terminal, the arm has no circuit, or no flaky catalog answers */
export async function live(io: Io, options: LiveOptions): Promise<number> {
  const [
    { controlFor },
    { recogniseTarget },
    { runConsole },
    { openBackend },
    { isInteractive },
    { wantsBody },
    { colourLevel },
  ] = await Promise.all([
    import('../control/control.ts'),
    import('../experiment/recognise.ts'),
    import('../live/console.ts'),
    import('../live/backend.ts'),
    import('../live/terminal.ts'),
    import('../policy/arm.ts'),
    import('../output.ts'),
  ])
  const { url } = options
  const tty = io.tty?.()
  if (!tty || !isInteractive(tty) || io.env.TERM === 'dumb') {
    throw usageError(
      'live draws on a whole terminal, and this is none: run it in one, or take chaos burst or chaos compare',
    )
  }
  const { arm, word } = watched(options.arm)
  if (options.every < MIN_EVERY_MS) throw usageError(`--every is ${formatDuration(MIN_EVERY_MS)} or more in chaos live`)
  checkCircuits([arm], options)
  const circuit = typedCircuit(options)
  const rule = ruleOf(circuitSettings(circuitOptions(arm.policies.get(word) ?? {}, circuit)))
  const { target } = await recogniseTarget(io, options)
  const session = options.session ?? 'default'
  const server = controlFor(io, url)
  const control = server.in(session)
  const hello = await openSession(server, control, session)
  const [now, wallMs] = [io.clock.now(), io.wallMs()]
  const last = await runConsole({
    tty,
    clock: io.clock,
    start: {
      now,
      wallOffsetMs: wallMs - now - new Date(wallMs).getTimezoneOffset() * 60_000,
      target: url.origin,
      session,
      load: { batch: options.concurrency, everyMs: options.every, automatic: options.auto === true },
      arm: { name: arm.name, rule, caches: wantsBody(arm) },
      baselineOn: options.baseline,
    },
    look: {
      colour: colourLevel(io.env, true, options.color) > 0,
      ascii: options.ascii === true || io.env.TERM === 'linux',
    },
    webUrl: `${url.origin}/`,
    open: emit =>
      openBackend(
        {
          ...{ url, token: server.token, session, control, hello, target, circuit, plan: arm },
          seed: options.seed ?? io.draw(),
          codes: options.codes,
          batch: options.concurrency,
          baselineOn: options.baseline,
          timeoutMs: options.timeout,
          connections: options.connections,
          clock: io.clock,
          wallMs: io.wallMs,
        },
        emit,
      ),
    interrupted: io.interrupted,
  })
  const named = session === (io.env.CHAOS_SESSION || 'default') ? '' : ` --session ${session}`
  io.stdout.write(closingText(last, `npx chaos reset${urlOption(url.href, usualUrl(io.env))}${named}`))
  return exitCode(io.interrupted)
}

/** What the session says of itself; it is made where there is none yet, as its first request would do. */
async function openSession(control: Control, inSession: Control, session: string): Promise<Hello> {
  const known = await inSession.hello()
  if (known) return known
  await control.requireCatalog()
  await control.openSession({ id: session })
  return inSession.requireCatalog()
}

/** The arm that is watched, and the word of its circuit. */
function watched(expression: string): { arm: ParsedArm; word: (typeof CIRCUITS)[number] } {
  const [arm, ...others] = readArms(expression)
  if (!arm || others.length > 0) throw usageError(`live watches one arm: "${expression}" has ${others.length + 1}`)
  const word = CIRCUITS.find(name => arm.policies.has(name))
  if (word !== undefined) return { arm, word }
  const better = arm.policies.has('none') ? 'breaker' : `${arm.name}+breaker`
  throw usageError(`live watches a circuit, and "${arm.name}" has none: write --arm ${better}`)
}

/** What opens the circuit, in a few words. */
function ruleOf(settings: CircuitSettings): string {
  const { failurePercentage, maxFailures, consecutiveFailures, windowCalls, windowMs } = settings
  const span = windowMs > 0 ? formatDuration(windowMs) : `${windowCalls} calls`
  const rules = [
    ...(failurePercentage === null ? [] : [`${failurePercentage} % of ${span}`]),
    ...(maxFailures === null ? [] : [`${maxFailures} of ${span}`]),
    ...(consecutiveFailures === null ? [] : [`${consecutiveFailures} in a row`]),
  ]
  return rules.length === 0 ? '' : `opens at ${rules.join(' or ')} failed`
}

/** What the screen said last, for a terminal that shows the screen no more; `reset` is the command that takes the rate back. */
function closingText(model: Model, reset: string): string {
  const { totals, arm, baselineOn, failRate } = model
  const line = (name: string, { success, failed, shortCircuited, fromCache, wasted }: typeof totals.main) =>
    `${name}: ${formatCount(success)} success, ${formatCount(failed)} failed, ${formatCount(shortCircuited)} short-circuited, ` +
    `${fromCache > 0 ? `${formatCount(fromCache)} from cache, ` : ''}${plural(wasted, 'call')} wasted`
  const arms = [
    ...(requestsOf(totals.main) > 0 ? [line(arm.name, totals.main)] : []),
    ...(baselineOn && requestsOf(totals.baseline) > 0 ? [line('none', totals.baseline)] : []),
  ]
  const rate =
    failRate === null || failRate === 0
      ? []
      : [`The fail rate stays at ${failRate} %: it belongs to the server. To take it back: ${reset}`]
  return [...arms, ...rate].map(text => `${text}\n`).join('')
}
