/** Two kept results side by side, arm by arm: what `chaos diff a b` prints. */

import { formatSigned } from '../format.ts'
import type { Look } from '../look.ts'
import type { ArmResult, Result, Unjudged } from '../result.ts'
import { usefulDifference } from '../stats/figures.ts'
import { wrapText } from '../wrap.ts'
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
  const wrapped = (text: string) =>
    wrapText(text, Math.max(20, look.width - 2))
      .map(line => `  ${line}`)
      .join('\n')
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
    ...(couples.length === 0 ? [wrapped('The two have no arm in common, so there is nothing to compare.')] : []),
    ...others(before, after).map(wrapped),
    ...unlike(before.result, after.result).map(wrapped),
  ]
  return `${parts.join('\n\n')}\n`
}

function coupled(before: Result, after: Result): { name: string; from: ArmResult; to: ArmResult }[] {
  const [only, other] = [before.arms[0], after.arms[0]]
  if (only && other && before.arms.length === 1 && after.arms.length === 1) {
    return [{ name: only.name === other.name ? only.name : `${only.name} and ${other.name}`, from: only, to: other }]
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
  const named = (arm: ArmResult, name: string) => ({ ...arm, name, states: alike ? arm.states : [] })
  return { ...after.result, pairs: null, arms: [named(from, before.name), named(to, after.name)] }
}

function sentence(run: Unjudged, name: string): string {
  const [from, to] = run.arms
  const difference = from && to ? usefulDifference(run, from, to) : null
  if (!difference) return 'One of them made no request.'
  const [low, high] = difference.ci95
  const interval = `${formatSigned(low)} to ${formatSigned(high)}`
  if (!difference.clear) return `The useful share differs by no more than chance (95 % interval ${interval} points).`
  return `${name} has ${Math.abs(difference.value).toFixed(1)} points ${difference.value > 0 ? 'more' : 'fewer'} useful answers (95 % interval ${interval}).`
}

function others(before: Named, after: Named): string[] {
  if (before.result.arms.length === 1 && after.result.arms.length === 1) return []
  const left = (of: Named, than: Named) => {
    const names = of.result.arms.map(arm => arm.name).filter(name => than.result.arms.every(arm => arm.name !== name))
    return names.length === 0 ? [] : [`Only in ${of.name}: ${names.join(', ')}.`]
  }
  return [...left(before, after), ...left(after, before)]
}

/** What makes the two runs hard to compare. */
function unlike(before: Result, after: Result): string[] {
  const load = (result: Result) => {
    const { requests, concurrency, everyMs, timeoutMs, schedule } = result.load
    return JSON.stringify([requests, concurrency, everyMs, timeoutMs, schedule ?? { kind: 'batches' }])
  }
  const differences = [
    ...(load(before) === load(after) ? [] : ['the load']),
    ...(before.target === after.target ? [] : ['the target']),
    ...unlikeRates(before.failRate, after.failRate),
    ...(JSON.stringify(before.trouble) === JSON.stringify(after.trouble) ? [] : ['the trouble']),
    ...(before.seed === after.seed ? [] : ['the seed']),
  ]
  return differences.length === 0 ? [] : [`Not the same in both runs: ${differences.join(', ')}.`]
}

function unlikeRates(before: Result['failRate'], after: Result['failRate']): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const words = [before, after].map(rate => (rate ? describeRate(rate) : 'not known'))
  return [`the fail rate (${words.join(' and ')})`]
}
