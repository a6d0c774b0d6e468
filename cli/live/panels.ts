/** The parts of the screen around the charts: title, knobs, lamp, log, keys, help. */

import { formatDuration } from '../../server/lib/units.ts'
import type { State } from '../breaker/circuit.ts'
import { KEYS } from './intent.ts'
import { apart, type Ink, ink, type Line, widthOf } from './line.ts'
import { lampOf, type Model, SLOT_MS, shownRate } from './model.ts'
import { gauge } from './sparkline.ts'
import type { Window } from './window.ts'

/** Columns of the names at the left. */
export const LABEL = 17

interface Lamp {
  readonly glyph: string
  readonly ascii: string
  readonly word: string
  readonly ink: Ink
}

/** Shape, word and colour, so that each alone tells the state. */
const LAMPS: Readonly<Record<State, Lamp>> = {
  closed: { glyph: '●', ascii: '(#)', word: 'CLOSED', ink: 'closed' },
  'half-open': { glyph: '◐', ascii: '(/)', word: 'HALF-OPEN', ink: 'half-open' },
  open: { glyph: '○', ascii: '( )', word: 'OPEN', ink: 'open' },
  'forced-open': { glyph: '◇', ascii: '<X>', word: 'FORCED OPEN', ink: 'open' },
  disabled: { glyph: '·', ascii: ' . ', word: 'OFF', ink: 'dim' },
}

/** A name at the left edge, padded to the column where the values begin. */
export function label(text: string, name: Ink = 'plain'): Line {
  return [ink(` ${text}`.padEnd(LABEL), name)]
}

export function title(model: Model, { width, ascii }: Window): Line {
  const room = model.room === 'default' ? '' : `  session ${model.room}`
  return apart([ink(' chaos live', 'strong'), ink(`  ${model.target}${room}`)], connection(model, ascii), width)
}

function connection({ connection, now }: Model, ascii: boolean): Line {
  switch (connection.state) {
    case 'connected':
      return [ink(ascii ? 'connected ' : '● connected ', 'success')]
    case 'connecting':
      return [ink(ascii ? 'connecting ' : '○ connecting ', 'dim')]
    case 'disconnected': {
      const left = Math.max(0, Math.ceil((connection.retryAt - now) / 1_000))
      return [ink(`${ascii ? '' : '× '}disconnected, retrying${left > 0 ? ` in ${left}s` : ''} `, 'failed')]
    }
  }
}

export function rule({ width, ascii }: Window): Line {
  return [ink((ascii ? '-' : '─').repeat(width), 'dim')]
}

/** The fail rate as a bar and a number, and what else is wrong with the upstream. */
export function rate(model: Model, { width, ascii }: Window): Line {
  const percent = shownRate(model)
  const number = percent === null ? '?' : `${percent} %`
  const aside = trouble(model)
  const bar = Math.max(8, width - LABEL - 9 - 2 - Math.max(18, widthOf(aside)) - 1)
  const [full, empty] = gauge((percent ?? 0) / 100, bar, ascii)
  return [
    ...label('fail rate'),
    ink(number.padEnd(9), 'strong'),
    ink(full, 'failed'),
    ink(empty, 'dim'),
    ink('  '),
    ...aside,
  ]
}

function trouble({ outage, now, weather, rateSource, asked }: Model): Line {
  if (outage !== null) {
    const left = outage.until === null ? '' : `, ${Math.max(0, Math.ceil((outage.until - now) / 1_000))}s left`
    return [ink(`OUTAGE${left}`, 'failed')]
  }
  if (asked !== null) return [ink('asked for', 'dim')]
  if (weather !== '') return [ink(`and ${weather}`)]
  return rateSource === '' ? [] : [ink(`set by ${rateSource}`, 'dim')]
}

export function load(model: Model): Line {
  const { batch, everyMs, automatic } = model.load
  const fired = `${batch} every ${formatDuration(everyMs)}`
  return [
    ...label('load'),
    ink((automatic ? 'on' : 'off').padEnd(9), automatic ? 'strong' : 'dim'),
    ink(
      automatic
        ? `${fired}: ${Math.round((batch * 1_000) / everyMs)} requests/s`
        : `space fires ${batch}, a fires ${fired}`,
    ),
  ]
}

/** The lamp of the breaker, how long it has been so, and its rule where there is room. */
export function breaker(model: Model, { width, ascii }: Window): Line {
  const lamp = LAMPS[lampOf(model)]
  const mark = ascii ? lamp.ascii : lamp.glyph
  const state = [...label('breaker'), ink(`${`${mark} ${lamp.word}`.padEnd(13)} `, lamp.ink), ink(during(model))]
  const rule = ink(`  ${model.arm.rule}`, 'dim')
  return model.breaker.on && widthOf([...state, rule]) <= width ? [...state, rule] : state
}

function during(model: Model): string {
  const { breaker, now } = model
  if (!breaker.on) return 'every request is called'
  if (lampOf(model) === 'half-open') return 'probing'.padEnd(14)
  if (breaker.retryAt !== null)
    return `probes in ${(Math.max(0, breaker.retryAt - now) / 1_000).toFixed(1)}s`.padEnd(14)
  return `for ${formatDuration(Math.floor((now - breaker.since) / 1_000) * 1_000 || 0)}`.replace('0ms', '0s').padEnd(14)
}

/** `room` lines: a heading, and the newest changes, newest first. */
export function logLines(model: Model, { width, ascii }: Window, room: number): Line[] {
  if (room <= 0) return []
  const entries = model.log.toReversed().slice(0, room > 2 ? room - 1 : room)
  const lines = entries.map((entry): Line => {
    const time = new Date(entry.at + model.wallOffsetMs).toISOString().slice(11, 19)
    return [ink(` ${time}  `, 'dim'), ink(entry.who.padEnd(10), 'strong'), ink(entry.text)]
  })
  return room > 2 ? [heading('changes', '', width, ascii), ...lines] : lines
}

/** A heading with a line to the right edge, and a note in it. */
export function heading(text: string, note: string, width: number, ascii: boolean): Line {
  const dash = ascii ? '-' : '─'
  const end = note === '' ? '' : ` ${note} ${dash}`
  return [ink(` ${text} `, 'strong'), ink(dash.repeat(Math.max(1, width - text.length - 2 - end.length)) + end, 'dim')]
}

export function notice({ notice }: Model): Line[] {
  return notice === null ? [] : [[ink(` ${notice.text}`, 'strong')]]
}

/** As many keys as fit; help and quit always. */
export function footer({ width }: Window): Line {
  const last = ['? help', 'q quit']
  const hints = [...KEYS.map(({ keys, word }) => `${keys} ${word}`)]
  const fits = (count: number) => ` ${[...hints.slice(0, count), ...last].join('  ')}`.length <= width
  let count = hints.length
  while (count > 0 && !fits(count)) count--
  return [...hints.slice(0, count), ...last].flatMap(hint => {
    const at = hint.lastIndexOf(' ')
    return [ink(` ${hint.slice(0, at)}`, 'strong'), ink(`${hint.slice(at)} `, 'dim')]
  })
}

/** What the screen shows while `?` was pressed. */
export function help(): Line[] {
  const lines = [
    { keys: 'arrows', line: 'fail rate by 1 point; with shift, or page up and down, by 10' },
    ...KEYS,
    { keys: 'q', line: 'quit; what you changed at the server stays, your own sessions go' },
  ]
  return [
    ...lines.map(({ keys, line }): Line => [ink(`  ${keys.padEnd(9)}`, 'strong'), ink(line)]),
    [],
    ...[
      'The breaker and the baseline get the same requests with the same draws:',
      'what fails for one fails for the other. Short-circuited requests were',
      `never sent. A column of the charts is ${formatDuration(SLOT_MS)}; O open, H half-open.`,
    ].map((text): Line => [ink(`  ${text}`)]),
    [],
    [ink('  any key goes back', 'dim')],
  ]
}
