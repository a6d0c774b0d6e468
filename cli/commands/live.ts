/** `chaos live`: the full-screen console, where keys turn the knobs and the breaker can be watched at work. */

import { formatDuration } from '../../server/units.ts'
import { Control } from '../control.ts'
import { EXIT, exitCode, type Io, usageError } from '../io.ts'
import { Arms } from '../live/arms.ts'
import { type ConsoleParts, type Machinery, runConsole } from '../live/console.ts'
import { openLink } from '../live/link.ts'
import { type ArmId, type Model, requestsOf } from '../live/model.ts'
import type { LiveEvent } from '../live/reduce.ts'
import { Steering } from '../live/steering.ts'
import { isInteractive } from '../live/terminal.ts'
import { eventsOf, toldBy } from '../live/wire.ts'
import { openClient } from '../load/client.ts'
import { buildArm } from '../policy/arm.ts'
import { CIRCUIT_PARAMETERS, type CircuitSettings } from '../policy/circuit-settings.ts'
import { jitter } from '../policy/jitter.ts'
import { type ArmPlan, parseArm, settingsOf } from '../policy/parse.ts'
import { typedCircuit } from './circuit-options.ts'
import type { LoadOptions, OutputOptions, SessionOptions } from './options.ts'
import { openScene } from './scene.ts'

export interface LiveOptions extends Omit<LoadOptions, 'requests'>, SessionOptions, Omit<OutputOptions, 'json'> {
  /** The arm that is watched. */
  readonly arm: ArmPlan
  readonly auto: boolean
  readonly baseline: boolean
}

const DEFAULT_SESSION = 'default'

export async function live(io: Io, options: LiveOptions): Promise<number> {
  const tty = io.tty?.()
  if (!tty || !isInteractive(tty)) {
    throw usageError(
      'live draws on a whole terminal, and this is none: run it in one, or take chaos burst or chaos compare',
    )
  }
  const { target } = await openScene(io, options.url)
  const room = options.session ?? DEFAULT_SESSION
  const control = new Control({ url: options.url, token: io.env.CHAOS_TOKEN || undefined, session: room })
  const hello = await control.requireCatalog()
  const seed = options.seed ?? io.draw()
  const now = io.clock.now()
  const wallMs = io.wallMs()

  const open = async (tell: (event: LiveEvent) => void): Promise<Machinery> => {
    const steering = new Steering({
      control,
      room,
      shadow: `live-${seed}-none`,
      clock: io.clock,
      refused: why => tell({ type: 'refused', why }),
    })
    const sessions: Readonly<Record<ArmId, string>> = { main: room, baseline: steering.shadow }
    const keepsBodies = options.arm.words.has('cache')
    const arms = await Arms.open({
      clock: io.clock,
      codes: options.codes,
      seed,
      batch: options.concurrency,
      tell,
      open: (arm, meter) =>
        openClient({
          target,
          session: sessions[arm],
          connections: options.connections,
          keepsBodies: keepsBodies && arm === 'main',
          meter,
          wallMs: io.wallMs,
        }),
      build: (arm, call, guarded) =>
        buildArm(arm === 'main' ? (guarded ? options.arm : unguarded(options.arm)) : 'none', {
          call,
          clock: io.clock,
          random: jitter(seed),
          timeoutMs: options.timeout,
          circuit: typedCircuit(options as unknown as Record<string, unknown>),
        }),
    })
    arms.setBaseline(options.baseline)
    tell({ type: 'connected', ...toldBy(hello) })
    const closeLink = openLink({
      url: options.url,
      session: room,
      token: io.env.CHAOS_TOKEN || undefined,
      clock: io.clock,
      onOpen: () => void steering.openShadow(),
      onEvent: (name, data) => {
        for (const event of eventsOf(name, data)) tell(event)
      },
      onDown: (why, retryInMs) => tell({ type: 'disconnected', why, retryInMs }),
    })
    return {
      arms,
      steering,
      close: async () => {
        closeLink()
        await Promise.allSettled([arms.close(), steering.close()])
      },
    }
  }

  const parts: ConsoleParts = {
    tty,
    clock: io.clock,
    start: {
      now,
      wallOffsetMs: wallMs - now - new Date(wallMs).getTimezoneOffset() * 60_000,
      target: options.url.origin,
      room,
      load: { batch: options.concurrency, everyMs: options.every, automatic: options.auto },
      arm: { name: options.arm.name, rule: ruleOf(options), caches: options.arm.words.has('cache') },
      baselineOn: options.baseline,
    },
    look: { colour: options.color && !io.env.NO_COLOR, ascii: options.ascii === true || io.env.TERM === 'linux' },
    webUrl: `${options.url.origin}/`,
    open,
    interrupted: io.interrupted,
  }
  const last = await runConsole(parts)
  io.stdout.write(farewell(last))
  return exitCode(io.interrupted)
}
