/** The table of outcomes side by side: one column an arm, or one block an arm where the terminal is too narrow. */

import { oneLine } from '../format.ts'
import type { Look } from '../look.ts'
import type { Unjudged } from '../result.ts'
import type { Words } from '../verdict/words.ts'
import { type Group, type Line, linesOf, tableGroups } from './rows.ts'

const INDENT = 2
const GAP = 2
/** A name longer than this is broken after a plus sign, a comma or a bracket. */
const NAME_WIDTH = 14

/** Text of the table, without a newline at its end. */
export function renderTable(result: Unjudged, look: Look): string {
  const names = result.arms.map(arm => oneLine(arm.name))
  const { words } = look
  const groups = tableGroups(result, words)
  const wide = columns(names, groups, words)
  if (wide.width <= look.width) return lines(wide, look)
  return names
    .map((name, arm) => {
      const first = names[0] ?? ''
      return lines(block(name, arm, groups, first, words), look)
    })
    .join('\n\n')
}

interface Layout {
  /** How many of the columns hold figures; one after them holds differences. */
  readonly figures: number
  readonly headings: readonly (readonly string[])[]
  readonly sections: readonly { readonly title: string; readonly lines: readonly Line[] }[]
  readonly labelWidth: number
  readonly widths: readonly number[]
  readonly width: number
}

/** All arms side by side. */
function columns(names: readonly string[], groups: readonly Group[], words: Words): Layout {
  const sections = groups.map(({ title, rows }) => ({ title, lines: linesOf(rows, names, words) }))
  const headings = [...names.map(broken), ...(names.length === 2 ? [[words('row.difference')]] : [])]
  return measured(headings, sections, names.length)
}

function block(name: string, arm: number, groups: readonly Group[], first: string, words: Words): Layout {
  const sections = groups.map(({ title, rows }) => ({
    title,
    lines: rows
      .filter(row => arm > 0 || row.values.some(text => text !== ''))
      .map(({ label, tone, values, differences }) => ({
        label,
        tone,
        cells: [values[arm] ?? '', ...(arm > 0 ? [differences[arm] ?? ''] : [])],
      })),
  }))
  return measured(arm > 0 ? [broken(name), broken(words('row.against', { first }))] : [broken(name)], sections, 1)
}

function measured(headings: Layout['headings'], sections: Layout['sections'], figures: number): Layout {
  const all = sections.flatMap(section => section.lines)
  const labels = [...all.map(line => line.label), ...sections.map(section => section.title)]
  const labelWidth = Math.max(...labels.map(label => label.length))
  const widths = headings.map((heading, column) =>
    Math.max(...heading.map(part => part.length), ...all.map(line => line.cells[column]?.length ?? 0)),
  )
  return {
    figures,
    headings,
    sections,
    labelWidth,
    widths,
    width: widths.reduce((sum, width) => sum + GAP + width, labelWidth + INDENT),
  }
}

function lines({ figures, headings, sections, labelWidth, widths, width }: Layout, { palette, ascii }: Look): string {
  const cellsOf = (cells: readonly string[]) =>
    widths.map((wide, column) => ' '.repeat(GAP) + (cells[column] ?? '').padStart(wide))
  const margin = ' '.repeat(INDENT)
  const height = Math.max(...headings.map(heading => heading.length))
  const head = Array.from({ length: height }, (_, line) => {
    const parts = headings.map(heading => heading[line - height + heading.length] ?? '')
    return margin + ' '.repeat(labelWidth) + palette.paint('strong', cellsOf(parts).join('').trimEnd())
  })
  const rule = margin + palette.paint('quiet', (ascii ? '-' : '─').repeat(width - INDENT))
  const body = sections.flatMap(({ title, lines }, section) => [
    ...(section > 0 ? [''] : []),
    ...(title === '' ? [] : [margin + title]),
    ...lines.map(({ label, tone, cells }) => {
      const toneOf = (cell: string, column: number) => {
        if (tone === 'quiet' || !says(cell)) return 'quiet'
        return column < figures ? tone : 'strong'
      }
      const painted = cellsOf(cells).map((cell, column) => palette.paint(toneOf(cell, column), cell))
      return margin + palette.paint(tone === 'quiet' ? 'quiet' : 'plain', label.padEnd(labelWidth)) + painted.join('')
    }),
  ])
  return [...head, rule, ...body].map(line => line.trimEnd()).join('\n')
}

/** Whether there is more to see than a zero or a dash. */
function says(cell: string): boolean {
  return /[1-9]/.test(cell) || (/\p{L}/u.test(cell) && !/\d/.test(cell))
}

function broken(name: string): string[] {
  const parts: string[] = []
  for (const word of name.split(/(?<=[+,(])/)) {
    const last = parts.at(-1)
    if (last !== undefined && last.length + word.length <= NAME_WIDTH) parts[parts.length - 1] = last + word
    else parts.push(word)
  }
  return parts
}
