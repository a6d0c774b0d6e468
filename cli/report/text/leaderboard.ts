/** The leaderboard of challenges, as `chaos challenge ls` prints it. */

import type { Look } from '../look.ts'
import { columnWidths } from '../wrap.ts'
import { TONES } from './challenge.ts'

/** What the overall grade is made of, in the order of the report. */
const COLUMNS = ['hang', 'outage', 'return', 'early', 'storm', 'flips'] as const
const MAX_NAME = 40

interface LeaderboardRow {
  readonly name: string
  readonly session: string
  /** ISO 8601, UTC; null for one that is on. */
  readonly endedAt: string | null
  readonly grades: Readonly<Record<string, string | null>>
}

/** The words of challenges by their codes. */
type Words = (code: string, figures: Readonly<Record<string, never>>) => string

/** A line a challenge, in the order given, with a line feed at its end; names are ready for a terminal. */
export function renderLeaderboard(challenges: readonly LeaderboardRow[], look: Look, words: Words): string {
  if (challenges.length === 0) return `${words('board.none', {})}\n`
  const none = look.ascii ? '-' : '–'
  const heads = [
    ...[words('title.overall', {}), words('board.name', {})],
    ...COLUMNS.map(name => words(`board.${name}`, {})),
    ...[words('board.when', {}), words('board.session', {})],
  ]
  const rows = challenges.map(({ name, session, grades, endedAt }) => [
    ...[grades.overall ?? none, clip(name, look)],
    ...COLUMNS.map(column => grades[column] ?? none),
    ...[endedAt?.slice(0, 16).replace('T', ' ') ?? words('board.on', {}), session],
  ])
  const widths = columnWidths(heads, rows)
  const padded = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0))
  const { palette } = look
  const line = ([grade = '', ...rest]: readonly string[]) =>
    `${palette.paint(TONES[grade.trim()] ?? 'quiet', grade)}  ${rest.join('  ')}`.trimEnd()
  const head = palette.paint('strong', padded(heads).join('  ').trimEnd())
  return `${[head, ...rows.map(row => line(padded(row)))].join('\n')}\n`
}

function clip(text: string, { ascii }: Look): string {
  const letters = [...text]
  return letters.length <= MAX_NAME ? text : `${letters.slice(0, MAX_NAME - 2).join('')}${ascii ? '..' : '…'}`
}
