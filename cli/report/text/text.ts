/** The whole report as text: what was run, the table, the strip, what to know about it, the verdict and a hint. */

import { oneLine } from '../format.ts'
import type { Look } from '../look.ts'
import type { Expectation, Result, Unjudged } from '../result.ts'
import { notes } from '../verdict/notes.ts'
import { verdictIn } from '../verdict/verdict.ts'
import { describeRun, english, eventLines, numeral, titleOf, type Words } from '../verdict/words.ts'
import { prose } from '../wrap.ts'
import { renderStrip } from './strip.ts'
import { renderTable } from './table.ts'

/** The report for a terminal, ending with a newline. */
export function renderText(result: Result, look: Look): string {
  const wrapped = (text: string) => prose(text, look.width)
  const { palette, words } = look
  const verdict = verdictIn(result, words)
  const table = renderTable(result, look)
  const parts = [
    [
      palette.paint('strong', wrapped(result.title ?? titleOf(result, words))),
      palette.paint('quiet', wrapped(describeLoad(result, words))),
    ].join('\n'),
    table,
    renderStrip(result, look),
    eventLines(result, words)
      .map(line => wrapped(line))
      .join('\n'),
    notes(result, words)
      .map(note => wrapped(note))
      .join('\n'),
    renderExpectations(result.expectations ?? [], look),
    palette.paint('strong', wrapped(verdict.text)),
    hintLines(verdict.hint, look),
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

/** The schedule in words: `300 requests an arm, 10 every 100 ms, timeout 2.00 s, seed 42, at http://…`. */
export function describeLoad(result: Unjudged, words: Words = english): string {
  return describeRun(result, result.arms.length > 1 ? '-an-arm' : '', words)
}

/** One line an expectation: whether it held, what was expected, and what was measured. */
export function renderExpectations(expectations: readonly Expectation[], { ascii, palette, words }: Look): string {
  const lines = expectations.map(each => ({ ...each, text: oneLine(each.text), measured: oneLine(each.measured) }))
  const widest = Math.max(0, ...lines.map(({ text }) => text.length))
  const longest = Math.max(words('expect.met').length, words('expect.failed').length)
  return lines
    .map(({ text, passed, measured, otherDays }) => {
      const word = words(passed ? 'expect.met' : 'expect.failed').padEnd(longest)
      const mark = palette.paint(passed ? 'useful' : 'failed', `${ascii ? '' : passed ? '✓ ' : '✗ '}${word}`)
      return `  ${mark}  ${text.padEnd(widest)}  ${words('expect.measured')} ${numeral(measured, words)}${heldToo(otherDays, words)}`
    })
    .join('\n')
}

/** On how many of the other days an expectation held; nothing where these do not tell. */
export function heldToo(days: Expectation['otherDays'], words: Words): string {
  return days ? words('days.held', days) : ''
}

/** A command gets a line of its own, so that it can be copied. */
function hintLines(hint: string, { width, palette }: Look): string {
  const [, words = hint, command] = /^(.*:) (npx .+)$/.exec(hint) ?? []
  const lines = prose(words, width)
  return command === undefined ? lines : `${lines}\n    ${palette.paint('strong', command)}`
}
