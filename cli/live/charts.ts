/** The charts over time: outcomes of both arms, circuit states, fail rate and outages, on one axis. */

import type { State } from '../breaker/circuit.ts'
import type { Outcome } from '../policy/send.ts'
import { formatCount } from '../report/format.ts'
import { type ArmId, type Model, SLOT_MS, type Slot } from './model.ts'
import { heading, LABEL, label } from './panels.ts'
import { bars } from './sparkline.ts'
import { type Block, type Line, type Style, styled, type Window } from './styled-line.ts'

/** Columns at the right for the last second in numbers. */
const FIGURE = 8

const NAMES: Readonly<Record<Outcome, string>> = {
  success: 'success',
  failed: 'failed',
  shortCircuited: 'short-circuited',
  fromCache: 'from cache',
}

const OUTCOMES: readonly Outcome[] = ['success', 'failed', 'shortCircuited', 'fromCache']

/** As in the strip of the reports. */
const STATES: Readonly<Record<State, { readonly glyph: string; readonly ascii: string; readonly style: Style }>> = {
  closed: { glyph: '─', ascii: '-', style: 'closed' },
  'half-open': { glyph: 'H', ascii: 'H', style: 'half-open' },
  open: { glyph: 'O', ascii: 'O', style: 'open' },
  'forced-open': { glyph: 'X', ascii: 'X', style: 'open' },
  disabled: { glyph: '·', ascii: '.', style: 'dim' },
}

/** Lines of one chart in a window of `height` lines: 1, 2 or 3. */
export function chartHeight(height: number): number {
  return Math.max(1, Math.min(3, 1 + Math.floor((height - 28) / 6)))
}

/** The charts as blocks, the most telling ones with the lowest ranks. */
export function charts(model: Model, window: Window, height: number): Block[] {
  const { width, ascii } = window
  const columns = Math.max(1, width - LABEL - FIGURE)
  const slots = visible(model, columns)
  const scale = Math.max(1, ...slots.flatMap(slot => OUTCOMES.flatMap(name => [slot.main[name], slot.baseline[name]])))
  const row = (arm: ArmId, outcome: Outcome): Line[] => {
    const values = slots.map(slot => slot[arm][outcome])
    const drawn = bars(pad(values, columns), scale, height, ascii)
    return drawn.map((text, line): Line => {
      const lowest = line === height - 1
      const figure = lowest ? lastSecond(model, arm, outcome) : ''
      return [...label(lowest ? NAMES[outcome] : ''), styled(text, outcome), styled(figure.padStart(FIGURE - 1))]
    })
  }
  const span = `last ${(columns * SLOT_MS) / 1_000} s`
  return [
    { rank: 6, lines: [heading(model.breaker.on ? model.arm.name : 'breaker off', span, width, ascii)] },
    { rank: 3, lines: OUTCOMES.slice(0, 3).flatMap(outcome => row('main', outcome)) },
    ...(model.arm.caches ? [{ rank: 8, lines: row('main', 'fromCache') }] : []),
    { rank: 2, lines: [strip(slots, columns, ascii)] },
    ...(model.baselineOn
      ? [
          { rank: 7, lines: [heading('none', 'the same requests without a breaker', width, ascii)] },
          { rank: 7, lines: [...row('baseline', 'success'), ...row('baseline', 'failed')] },
        ]
      : []),
    { rank: 9, lines: [failRateLine(slots, columns, ascii)] },
  ]
}

/** The newest slots that fit. The one that is still filling is left out: it would look like a dip. */
function visible({ slots }: Model, columns: number): readonly Slot[] {
  return slots.slice(0, -1).slice(-columns)
}

function pad(values: readonly number[], columns: number): readonly number[] {
  return [...Array.from({ length: columns - values.length }, () => 0), ...values]
}

/** How many in the last whole second. */
function lastSecond({ slots }: Model, arm: ArmId, outcome: Outcome): string {
  const whole = slots.slice(-1 - 1_000 / SLOT_MS, -1)
  return `${formatCount(whole.reduce((sum, slot) => sum + slot[arm][outcome], 0))}/s`
}

function strip(slots: readonly Slot[], columns: number, ascii: boolean): Line {
  const marks = slots.map(({ state }) => {
    const { glyph, ascii: letter, style: name } = STATES[state]
    return styled(ascii ? letter : glyph, name)
  })
  return [...label('circuit'), styled(' '.repeat(columns - slots.length)), ...joined(marks)]
}

/** The fail rate over time; an outage is a full column whatever the rate. */
function failRateLine(slots: readonly Slot[], columns: number, ascii: boolean): Line {
  const values = slots.map(slot => (slot.outage ? 100 : (slot.failRate ?? 0)))
  const [text = ''] = bars(pad(values, columns), 100, 1, ascii)
  return [...label('fail rate'), styled(text, 'failed')]
}

/** Neighbours of one style in one span: a line of one style is then one escape sequence. */
function joined(marks: Line): Line {
  const spans: { text: string; style: Style }[] = []
  for (const mark of marks) {
    const last = spans.at(-1)
    if (last?.style === mark.style) last.text += mark.text
    else spans.push({ ...mark })
  }
  return spans
}
