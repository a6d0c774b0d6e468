/** Reads what the server says of a session, in answers and in events, as events of this console. */

import { z } from 'zod'
import type { Hello } from '../control/control.ts'
import type { LiveEvent, StateUpdate } from './reducer.ts'

const settings = z.looseObject({ failRate: z.number() })
const provenance = z.record(z.string(), z.looseObject({ source: z.string() }))
const outage = z.looseObject({ on: z.boolean(), untilMs: z.number().nullish(), source: z.string().nullish() })
const atMs = z.number()

/** The events of `GET /chaos/events`, as far as this console reads them; `atMs` and `untilMs` are on the server's clock. */
const hello = z.looseObject({
  atMs,
  state: z.looseObject({ settings, provenance }),
  outage: outage.nullish(),
  scenario: z.looseObject({ name: z.string() }).nullish(),
})
const changed = z.looseObject({
  settings,
  changed: z.array(z.string()),
  origin: z.looseObject({ source: z.string() }),
})
const outageEvent = outage.extend({ atMs })
const scenario = z.looseObject({ status: z.string(), name: z.string(), mark: z.string().nullish() })
const sample = z.looseObject({ outage: z.boolean() })

type Settings = z.infer<typeof settings>

/** Settings that are shown in a word beside the fail rate where they are not off. */
const CONDITIONS: Readonly<Record<string, string>> = {
  latency: 'latency',
  outage: 'outages',
  capacity: 'capacity',
  rules: 'rules',
}

/** What `GET /chaos` says. */
export function stateUpdate({
  settings: document,
  provenance: sources,
}: Pick<Hello, 'settings' | 'provenance'>): StateUpdate {
  const known = settings.safeParse(document)
  return known.success ? updateFrom(known.data, sources.failRate?.source) : {}
}

/** What an event of the server means here; nothing for those that this console does not know. */
export function liveEvents(name: string, data: unknown): readonly LiveEvent[] {
  switch (name) {
    case 'hello':
      return read(hello, data, ({ atMs: now, state, outage: active, scenario: running }) => [
        {
          type: 'connected',
          ...updateFrom(state.settings, state.provenance.failRate?.source),
          outage: active?.on ? { forMs: span(active.untilMs, now) } : null,
          ...(running ? { conditions: `scenario ${running.name}` } : {}),
        },
      ])
    case 'settings':
      return read(changed, data, event => [settingsChanged(event)])
    case 'outage':
      return read(outageEvent, data, ({ atMs: now, on, untilMs, source }) => [
        { type: 'changed', who: source || 'server', outage: on ? { forMs: span(untilMs, now) } : null },
      ])
    case 'scenario':
      return read(scenario, data, event => [scenarioChanged(event)])
    case 'sample':
      return read(sample, data, event => [{ type: 'sampled', outage: event.outage }])
    default:
      return []
  }
}

function settingsChanged(event: z.infer<typeof changed>): LiveEvent {
  const { source } = event.origin
  const others = event.changed.filter(name => name !== 'failRate')
  const words = others.map(name => `${name} ${isOff(event.settings[name]) ? 'off' : wordFor(event.settings[name])}`)
  return {
    type: 'changed',
    who: source,
    ...updateFrom(event.settings, event.changed.includes('failRate') ? source : undefined),
    ...(words.length === 0 ? {} : { what: words.join(', ') }),
  }
}

function scenarioChanged({ status, name, mark }: z.infer<typeof scenario>): LiveEvent {
  const running = status === 'started' || status === 'mark'
  const what = status === 'mark' ? `${name}: ${mark ?? ''}` : `${name} ${status}`
  return { type: 'changed', who: 'scenario', what, conditions: running ? `scenario ${name}` : '' }
}

function updateFrom(document: Settings, source: string | undefined): StateUpdate {
  const conditions = Object.entries(CONDITIONS).flatMap(([name, word]) => (isOff(document[name]) ? [] : [word]))
  return {
    failRate: document.failRate,
    conditions: conditions.join(', '),
    ...(source === undefined ? {} : { rateSource: source }),
  }
}

function isOff(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}

function wordFor(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `is now ${value}` : 'changed'
}

function span(untilMs: number | null | undefined, now: number): number | null {
  return typeof untilMs === 'number' ? Math.max(0, untilMs - now) : null
}

function read<T>(schema: z.ZodType<T>, data: unknown, use: (event: T) => readonly LiveEvent[]): readonly LiveEvent[] {
  const known = schema.safeParse(data)
  return known.success ? use(known.data) : []
}
