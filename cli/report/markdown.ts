/** A result as Markdown, for a pull request or a wiki: verdict, table, strip. */

import { oneLine } from './format.ts'
import { type Look, plain } from './look.ts'
import type { Result } from './result.ts'
import { linesOf, tableGroups } from './text/rows.ts'
import { renderStrip } from './text/strip.ts'
import { describeLoad, heldToo } from './text/text.ts'
import { notes } from './verdict/notes.ts'
import { verdictIn } from './verdict/verdict.ts'
import { english, eventLines, numeral, titleOf, type Words } from './verdict/words.ts'

/** Columns of the strip: a code block of this width does not scroll on the sites that render Markdown. */
const STRIP_WIDTH = 80

/** GitHub-flavoured Markdown, ending with a newline. Names and texts are escaped. */
export function renderMarkdown(result: Result, { words }: Pick<Look, 'words'> = { words: english }): string {
  const verdict = verdictIn(result, words)
  const names = result.arms.map(arm => arm.name)
  const strip = renderStrip(result, { width: STRIP_WIDTH, ascii: false, palette: plain, words })
  const columns = ['', ...names.map(escaped), ...(names.length === 2 ? [words('row.difference')] : [])]
  const rows = tableGroups(result, words).flatMap(({ title, rows }) => [
    ...(title === '' ? [] : [[`**${escaped(title)}**`]]),
    ...linesOf(rows, names, words).map(({ label, cells }) => [escaped(label.trim()), ...cells.map(escaped)]),
  ])
  const parts = [
    `# ${escaped(result.title ?? titleOf(result, words))}`,
    `**${escaped(verdict.text)}**`,
    paragraph(verdict.hint),
    [
      line(columns),
      line(columns.map((_, index) => (index === 0 ? ':--' : '--:'))),
      ...rows.map(row => line(pad(row, columns.length))),
    ].join('\n'),
    strip === '' ? '' : fenced(strip),
    list(eventLines(result, words)),
    expectations(result, words),
    list([
      ...notes(result, words),
      `${describeLoad(result, words)}, ${words('report.started', { at: result.startedAt })}`,
    ]),
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function expectations({ expectations = [] }: Result, words: Words): string {
  return expectations
    .map(
      ({ text, passed, measured, otherDays }) =>
        `- ${passed ? words('expect.met') : `**${words('expect.failed')}**`}: ${escaped(text)}, ${words('expect.measured')} ${escaped(numeral(measured, words))}${heldToo(otherDays, words)}`,
    )
    .join('\n')
}

function list(texts: readonly string[]): string {
  return texts.map(text => `- ${escaped(text)}`).join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function pad(cells: readonly string[], length: number): string[] {
  return Array.from({ length }, (_, index) => cells[index] ?? '')
}

/** A code block, its fence longer than any run of backticks within it. */
function fenced(code: string): string {
  const longest = Math.max(2, ...Array.from(code.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${code}\n${fence}`
}

/** A text that begins a line, and begins neither a list nor a rule with it. */
function paragraph(text: string): string {
  return escaped(text.trim()).replace(/^(\d*)([-+=.)])/, '$1\\$2')
}

function escaped(text: string): string {
  return oneLine(text.replace(/[\\`*_[\]<>|~#&]/g, sign => `\\${sign}`))
}
