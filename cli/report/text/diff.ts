/** Two kept results side by side, arm by arm: what `chaos diff a b` prints. */

import type { Look } from '../look.ts'
import type { Message } from '../result.ts'
import type { Named } from '../stats/run-differences.ts'
import { compareRuns } from '../verdict/diff.ts'
import { paragraph } from '../wrap.ts'
import { renderTable } from './table.ts'
import { describeLoad } from './text.ts'

/**
 * A table for each arm that both results have, and what else is different between the runs. Where each has only one
 * arm, the two are compared whatever their names. Ends with a newline.
 */
export function renderDiff(before: Named, after: Named, look: Look): string {
  const { couples, says } = compareRuns(before, after)
  const { words, palette } = look
  const wrapped = (text: string) => paragraph(text, look.width)
  const said = ({ code, figures }: Message) => words(code, figures)
  const parts = [
    [before, after].map(({ name, result }) => wrapped(`${name}: ${describeLoad(result, words)}`)).join('\n'),
    ...couples.map(({ before: from, after: to, run, says }) => {
      const name = from === to ? from : words('diff.pair', { before: from, after: to })
      return [
        palette.paint('strong', wrapped(name)),
        renderTable(run, look),
        '',
        wrapped(says.map(said).join(' ')),
      ].join('\n')
    }),
    ...says.map(message => wrapped(said(message))),
  ]
  return `${parts.join('\n\n')}\n`
}
