/** Two kept results side by side, arm by arm: what `chaos diff a b` prints. */

import type { Look } from '../look.ts'
import type { ArmResult, Result, Unjudged } from '../result.ts'
import { usefulDifference } from '../stats/figures.ts'
import { english } from '../verdict/words.ts'
import { paragraph } from '../wrap.ts'
import { renderTable } from './table.ts'
import { describeLoad, describeRate } from './text.ts'

/** A result and the name that it is called by: its number, or the file it came from. */
export interface Named {
  readonly name: string
  readonly result: Result
}

/**
 * A table for each arm that both results have, and what else is different between the runs. Where each has only one
 * arm, the two are compared whatever their names. Ends with a newline.
 */
export function renderDiff(before: Named, after: Named, look: Look): string {
  const couples = coupled(before.result, after.result)
  const wrapped = (text: string) => paragraph(text, look.width)
  const parts = [
    [before, after].map(({ name, result }) => wrapped(`${name}: ${describeLoad(result)}`)).join('\n'),
    ...couples.map(({ name, from, to }) => {
      const run = sideBySide(before, after, from, to)
      return [
        look.palette.paint('strong', wrapped(name)),
        renderTable(run, look),
        '',
        wrapped(sentence(run, after.name)),
      ].join('\n')
    }),
    ...(couples.length === 0 ? [wrapped(english('diff.nothing-in-common'))] : []),
    ...others(before, after).map(wrapped),
    ...mixed(before.result, after.result).map(wrapped),
    ...unlike(before.result, after.result).map(wrapped),
  ]
  return `${parts.join('\n\n')}\n`
}

function coupled(before: Result, after: Result): { name: string; from: ArmResult; to: ArmResult }[] {
  const [only, other] = [before.arms[0], after.arms[0]]
  if (only && other && before.arms.length === 1 && after.arms.length === 1) {
    return [
      {
        name: only.name === other.name ? only.name : english('diff.pair', { before: only.name, after: other.name }),
        from: only,
        to: other,
      },
    ]
  }
  return before.arms.flatMap(from =>
    after.arms.filter(to => to.name === from.name).map(to => ({ name: from.name, from, to })),
  )
}

/**
 * The two arms as if they were arms of one run: they met different fates, so nothing is paired. Where the trouble was
 * another, the time to open counts from different moments and is left out.
 */
function sideBySide(before: Named, after: Named, from: ArmResult, to: ArmResult): Unjudged {
  const alike = JSON.stringify(before.result.trouble) === JSON.stringify(after.result.trouble)
  const named = (arm: ArmResult, name: string) => ({
    ...arm,
    name,
    states: alike ? arm.states : [],
    ...(sameMeasure(before.result, after.result) ? {} : { recoveryMs: null, recovered: null, recoveries: [] }),
  })
  return {
    ...after.result,
    pairs: null,
    differences: undefined,
    arms: [named(from, before.name), named(to, after.name)],
  }
}

/** Whether recovery means the same in both. */
function sameMeasure(before: Result, after: Result): boolean {
  return before.recoveryMeasure === after.recoveryMeasure
}

/** That recovery was measured in two ways, where both measured it. */
function mixed(before: Result, after: Result): string[] {
  const measured = [before, after].every(({ arms }) => arms.some(arm => arm.recovered !== null))
  return measured && !sameMeasure(before, after) ? [english('diff.recovery-measure')] : []
}

function sentence(run: Unjudged, name: string): string {
  const [from, to] = run.arms
  const difference = from && to ? usefulDifference(from, to) : null
  if (!difference) return english('diff.empty')
  const { value, clear, ci95 } = difference
  const code = clear ? (value > 0 ? 'diff.more' : 'diff.fewer') : 'diff.chance'
  return english(code, { name, points: value, low: ci95[0], high: ci95[1] })
}

function others(before: Named, after: Named): string[] {
  if (before.result.arms.length === 1 && after.result.arms.length === 1) return []
  const left = (of: Named, than: Named) => {
    const names = of.result.arms.map(arm => arm.name).filter(name => than.result.arms.every(arm => arm.name !== name))
    return names.length === 0 ? [] : [english('diff.only-in', { name: of.name, arms: names.join(', ') })]
  }
  return [...left(before, after), ...left(after, before)]
}

/** What makes the two runs hard to compare. */
function unlike(before: Result, after: Result): string[] {
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
  const rates = { before: describeRate(before.failRate), after: describeRate(after.failRate) }
  const what = parts
    .filter(([, of]) => JSON.stringify(of(before)) !== JSON.stringify(of(after)))
    .map(([what]) => english(`diff.${what}`, rates))
  return what.length === 0 ? [] : [english('diff.unlike', { what: what.join(', ') })]
}
