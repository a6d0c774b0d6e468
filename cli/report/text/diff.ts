/** Two kept results side by side, arm by arm: what `chaos diff a b` prints. */

import type { Look } from '../look.ts'
import type { Result, Unjudged } from '../result.ts'
import { differencesOf, spanOf } from '../stats/differences.ts'
import { type Named, runDifferences, sameMeasure } from '../stats/run-differences.ts'
import type { Words } from '../verdict/words.ts'
import { paragraph } from '../wrap.ts'
import { renderTable } from './table.ts'
import { describeLoad, describeRate } from './text.ts'

/**
 * A table for each arm that both results have, and what else is different between the runs. Where each has only one
 * arm, the two are compared whatever their names. Ends with a newline.
 */
export function renderDiff(before: Named, after: Named, look: Look): string {
  const couples = runDifferences(before, after)
  const { palette, width, words } = look
  const wrapped = (text: string) => paragraph(text, width)
  const parts = [
    [before, after].map(({ name, result }) => wrapped(`${name}: ${describeLoad(result, words)}`)).join('\n'),
    ...couples.map(({ before: from, after: to, run }) => {
      const name = from === to ? from : words('diff.pair', { before: from, after: to })
      return [
        palette.paint('strong', wrapped(name)),
        renderTable(run, look),
        '',
        wrapped(sentences(run, after.name, words)),
      ].join('\n')
    }),
    ...(couples.length === 0 ? [wrapped(words('diff.nothing-in-common'))] : []),
    ...others(before, after, words).map(wrapped),
    ...mixed(before.result, after.result, words).map(wrapped),
    ...unlike(before.result, after.result, words).map(wrapped),
  ]
  return `${parts.join('\n\n')}\n`
}

/** That recovery was measured in two ways, where both measured it. */
function mixed(before: Result, after: Result, words: Words): string[] {
  const measured = [before, after].every(({ arms }) => arms.some(arm => arm.recovered !== null))
  return measured && !sameMeasure(before, after) ? [words('diff.recovery-measure')] : []
}

function sentences(run: Unjudged, name: string, words: Words): string {
  const [difference] = differencesOf(run)
  const span = difference ? spanOf(run, difference, 'usefulPoints') : null
  if (!span) return words('diff.empty')
  const { value, clear, days } = span
  if (days === null) return words('diff.unknown', { name, here: value })
  const [low, high] = days
  const code = clear ? (value > 0 ? 'diff.more' : 'diff.fewer') : 'diff.chance'
  const outside = value < low || value > high ? [words('diff.outside', { here: value })] : []
  const blocks = run.otherDays?.basis === 'blocks' ? [words('diff.blocks')] : []
  return [words(code, { name, points: value, here: value, low, high }), ...outside, ...blocks].join(' ')
}

function others(before: Named, after: Named, words: Words): string[] {
  if (before.result.arms.length === 1 && after.result.arms.length === 1) return []
  const left = (of: Named, than: Named) => {
    const names = of.result.arms.map(arm => arm.name).filter(name => than.result.arms.every(arm => arm.name !== name))
    return names.length === 0 ? [] : [words('diff.only-in', { name: of.name, arms: names.join(', ') })]
  }
  return [...left(before, after), ...left(after, before)]
}

/** What makes the two runs hard to compare. */
function unlike(before: Result, after: Result, words: Words): string[] {
  const load = ({ load: { requests, concurrency, everyMs, timeoutMs, schedule } }: Result) => {
    return [requests, concurrency, everyMs, timeoutMs, schedule ?? { kind: 'batches' }]
  }
  const parts: readonly (readonly [what: string, of: (result: Result) => unknown])[] = [
    ['load', load],
    ['target', ({ target }) => target],
    ['fail-rate', ({ failRate }) => failRate],
    ['trouble', ({ trouble }) => trouble],
    ['seed', ({ seed }) => seed],
  ]
  const rates = { before: describeRate(before.failRate, words), after: describeRate(after.failRate, words) }
  const what = parts
    .filter(([, of]) => JSON.stringify(of(before)) !== JSON.stringify(of(after)))
    .map(([what]) => words(`diff.${what}`, rates))
  return what.length === 0 ? [] : [words('diff.unlike', { what: what.join(', ') })]
}
