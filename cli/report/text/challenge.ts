/** The report of a challenge as text: a line for each grade, and below it what to change. */

import type { Look, Tone } from '../look.ts'
import { wrapText } from '../wrap.ts'

interface ReportLine {
  readonly title: string
  readonly grade: string | null
  readonly atMs: number | null
  readonly says: string
  readonly reference: string
  readonly change: string
}

/** The colour of a grade. */
export const TONES: Readonly<Record<string, Tone>> = {
  A: 'useful',
  B: 'useful',
  C: 'refused',
  D: 'failed',
  F: 'failed',
}

/** The report, with a line feed at its end. */
export function renderChallenge(lines: readonly ReportLine[], look: Look): string {
  const { ascii, palette, width } = look
  const titles = lines.map(({ title, atMs }) => (atMs === null ? title : `${title} ${minutes(atMs)}`))
  const column = Math.max(...titles.map(({ length }) => length)) + 2
  const [none, arrow] = ascii ? ['-', '->'] : ['–', '→']
  const indent = ' '.repeat(column + 3)
  const broken = (text: string) => wrapText(text, Math.max(20, width - indent.length))
  return lines
    .map(({ grade, says, reference, change }, index) => {
      const letter = palette.paint(TONES[grade ?? ''] ?? 'quiet', grade ?? none)
      const said = broken(reference === '' ? says : `${says} (${reference})`)
      const advice = change === '' ? [] : broken(`${arrow} ${change}`)
      const [first = '', ...rest] = [...said, ...advice]
      return `${letter}  ${(titles[index] ?? '').padEnd(column)}${first}\n${rest.map(line => `${indent}${line}\n`).join('')}`
    })
    .join('')
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
