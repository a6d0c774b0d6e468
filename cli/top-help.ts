/**
 * The help of `chaos` itself, letter by letter as the library writes it for the same commands (a test holds them together).
 * The library takes half as long as Node.js to start: who asks what there is does not wait for it.
 */

import { wrapText } from './report/wrap.ts'

/** What the command line is for. */
export const DESCRIPTION =
  'Drives a product catalog that fails on purpose, and shows what a circuit breaker does about it.'

const HELP = 'display help for command'
const OPTIONS: readonly Item[] = [
  ['-V, --version', 'output the version number'],
  ['-h, --help', HELP],
]
const HELP_COMMAND: Item = ['help [command]', HELP]

/** A name, and what it is about. */
type Item = readonly [string, string]

/** The help in lines of at most `width` columns, 60 at the least. */
export function topHelp(commands: readonly Item[], width: number): string {
  const listed = [...commands, HELP_COMMAND]
  const names = Math.max(...[...OPTIONS, ...listed].map(([name]) => name.length)) + 2
  const rows = (items: readonly Item[]) =>
    items.flatMap(([name, about]) =>
      wrapText(about, width - names - 2).map((line, index) => `  ${(index === 0 ? name : '').padEnd(names)}${line}`),
    )
  const description = wrapText(DESCRIPTION, width)
  const parts = [
    ['Usage: chaos [options] [command]'],
    description,
    ['Options:', ...rows(OPTIONS)],
    ['Commands:', ...rows(listed)],
  ]
  return `${parts.map(lines => lines.join('\n')).join('\n\n')}\n`
}
