/** The parts of the screen around the charts: title, fail rate, load, breaker, log, keys, help. */

import { formatDuration } from '../../server/lib/units.ts'
import type { State } from '../breaker/circuit.ts'
import { KEY_HELP } from './key-bindings.ts'
import { type Model, SLOT_MS, shownRate, shownState } from './model.ts'
import { gauge } from './sparkline.ts'
import { justified, type Line, type Style, styled, type Window, widthOf } from './styled-line.ts'

/** Columns of the names at the left. */
export const LABEL = 17

/** Shape, word and colour, so that each alone tells the state. */
const INDICATORS: Readonly<Record<State, { glyph: string; ascii: string; word: string; style: Style }>> = {
  closed: { glyph: '●', ascii: '(#)', word: 'CLOSED', style: 'closed' },
  'half-open': { glyph: '◐', ascii: '(/)', word: 'HALF-OPEN', style: 'half-open' },
  open: { glyph: '○', ascii: '( )', word: 'OPEN', style: 'open' },
  'forced-open': { glyph: '◇', ascii: '<X>', word: 'FORCED OPEN', style: 'open' },
  disabled: { glyph: '·', ascii: ' . ', word: 'OFF', style: 'dim' },
}

/** A name at the left edge, padded to the column where the values begin. */
export function label(text: string, name: Style = 'plain'): Line {
  return [styled(` ${text}`.padEnd(LABEL), name)]
}

export function title(model: Model, { width, ascii }: Window): Line {
  const session = model.session === 'default' ? '' : `  session ${model.session}`
  return justified(
    [styled(' chaos live', 'strong'), styled(`  ${model.target}${session}`)],
    connection(model, ascii),
    width,
  )
}

function connection({ connection, now }: Model, ascii: boolean): Line {
  switch (connection.state) {
    case 'connected':
      return [styled(ascii ? 'connected ' : '● connected ', 'success')]
    case 'connecting':
      return [styled(ascii ? 'connecting ' : '○ connecting ', 'dim')]
    case 'disconnected': {
      const left = Math.max(0, Math.ceil((connection.retryAt - now) / 1_000))
      return [styled(`${ascii ? '' : '× '}disconnected, retrying${left > 0 ? ` in ${left}s` : ''} `, 'failed')]
    }
  }
}

export function rule({ width, ascii }: Window): Line {
  return [styled((ascii ? '-' : '─').repeat(width), 'dim')]
}

/** The fail rate as a bar and a number, and what else is wrong with the upstream. */
export function rate(model: Model, { width, ascii }: Window): Line {
  const percent = shownRate(model)
  const number = percent === null ? '?' : `${percent} %`
  const aside = disturbance(model)
  const bar = Math.max(8, width - LABEL - 9 - 2 - Math.max(18, widthOf(aside)) - 1)
  const [full, empty] = gauge((percent ?? 0) / 100, bar, ascii)
  return [
    ...label('fail rate'),
    styled(number.padEnd(9), 'strong'),
    styled(full, 'failed'),
    styled(empty, 'dim'),
    styled('  '),
    ...aside,
  ]
}

function disturbance({ outage, now, conditions, rateSource, asked }: Model): Line {
  if (outage !== null) {
    const left = outage.until === null ? '' : `, ${Math.max(0, Math.ceil((outage.until - now) / 1_000))}s left`
    return [styled(`OUTAGE${left}`, 'failed')]
  }
  if (asked !== null) return [styled('asked for', 'dim')]
  if (conditions !== '') return [styled(`and ${conditions}`)]
  return rateSource === '' ? [] : [styled(`set by ${rateSource}`, 'dim')]
}

export function load(model: Model): Line {
  const { batch, everyMs, automatic } = model.load
  const fired = `${batch} every ${formatDuration(everyMs)}`
  return [
    ...label('load'),
    styled((automatic ? 'on' : 'off').padEnd(9), automatic ? 'strong' : 'dim'),
    styled(
      automatic
        ? `${fired}: ${Math.round((batch * 1_000) / everyMs)} requests/s`
        : `space fires ${batch}, a fires ${fired}`,
    ),
  ]
}

/** The indicator of the breaker, how long it has been so, and its rule where it fits. */
export function breaker(model: Model, { width, ascii }: Window): Line {
  const indicator = INDICATORS[shownState(model)]
  const mark = ascii ? indicator.ascii : indicator.glyph
  const state = [
    ...label('breaker'),
    styled(`${`${mark} ${indicator.word}`.padEnd(13)} `, indicator.style),
    styled(during(model)),
  ]
  const rule = styled(`  ${model.arm.rule}`, 'dim')
  return model.breaker.on && widthOf([...state, rule]) <= width ? [...state, rule] : state
}

function during(model: Model): string {
  const { breaker, now } = model
  if (!breaker.on) return 'every request is called'
  if (shownState(model) === 'half-open') return 'probing'.padEnd(14)
  if (breaker.retryAt !== null)
    return `probes in ${(Math.max(0, breaker.retryAt - now) / 1_000).toFixed(1)}s`.padEnd(14)
  return `for ${formatDuration(Math.floor((now - breaker.since) / 1_000) * 1_000 || 0)}`.replace('0ms', '0s').padEnd(14)
}

/** `height` lines: a heading, and the newest changes, newest first. */
export function logLines(model: Model, { width, ascii }: Window, height: number): Line[] {
  if (height <= 0) return []
  const entries = model.log.toReversed().slice(0, height > 2 ? height - 1 : height)
  const lines = entries.map((entry): Line => {
    const time = new Date(entry.at + model.wallOffsetMs).toISOString().slice(11, 19)
    return [styled(` ${time}  `, 'dim'), styled(entry.who.padEnd(10), 'strong'), styled(entry.text)]
  })
  return height > 2 ? [heading('changes', '', width, ascii), ...lines] : lines
}

/** A heading with a line to the right edge, and a note in it. */
export function heading(text: string, note: string, width: number, ascii: boolean): Line {
  const dash = ascii ? '-' : '─'
  const end = note === '' ? '' : ` ${note} ${dash}`
  return [
    styled(` ${text} `, 'strong'),
    styled(dash.repeat(Math.max(1, width - text.length - 2 - end.length)) + end, 'dim'),
  ]
}

export function notice({ notice }: Model): Line[] {
  return notice === null ? [] : [[styled(` ${notice.text}`, 'strong')]]
}

/** As many keys as fit; help and quit always. */
export function footer({ width }: Window): Line {
  const last = ['? help', 'q quit']
  const hints = KEY_HELP.map(({ keys, word }) => `${keys} ${word}`)
  const fits = (count: number) => ` ${[...hints.slice(0, count), ...last].join('  ')}`.length <= width
  let count = hints.length
  while (count > 0 && !fits(count)) count--
  return [...hints.slice(0, count), ...last].flatMap(hint => {
    const at = hint.lastIndexOf(' ')
    return [styled(` ${hint.slice(0, at)}`, 'strong'), styled(`${hint.slice(at)} `, 'dim')]
  })
}

/** What the screen shows while `?` was pressed. */
export function help(): Line[] {
  const lines = [
    { keys: 'arrows', line: 'fail rate by 1 point; with shift, or page up and down, by 10' },
    ...KEY_HELP,
    { keys: 'q', line: 'quit; what you changed at the server stays, your own sessions go' },
  ]
  return [
    ...lines.map(({ keys, line }): Line => [styled(`  ${keys.padEnd(9)}`, 'strong'), styled(line)]),
    [],
    ...[
      'The breaker and the baseline get the same requests with the same draws:',
      'what fails for one fails for the other. Short-circuited requests were',
      `never sent. A column of the charts is ${formatDuration(SLOT_MS)}; O open, H half-open.`,
    ].map((text): Line => [styled(`  ${text}`)]),
    [],
    [styled('  any key goes back', 'dim')],
  ]
}
