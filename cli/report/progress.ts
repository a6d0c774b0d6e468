/** One line that says how far a run is. */

import { formatCount } from './format.ts'
import type { Look } from './look.ts'

export interface Progress {
  readonly done: number
  readonly planned: number
  /** Requests with a useful answer so far, failed ones and short-circuited ones. */
  readonly useful: number
  readonly failed: number
  readonly refused: number
}

const BAR = 20

/** `burst ████████░░░░ 62 %  ok 120  failed 60  refused 6`; never wider than the terminal. */
export function renderProgress(label: string, progress: Progress, { width, ascii, palette }: Look): string {
  const share = progress.planned === 0 ? 1 : Math.min(1, progress.done / progress.planned)
  const filled = Math.floor(share * BAR)
  const [full, empty] = ascii ? ['#', '.'] : ['█', '░']
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
  const words = [
    { tone: 'useful', text: `ok ${formatCount(progress.useful)}` },
    { tone: 'failed', text: `failed ${formatCount(progress.failed)}` },
    { tone: 'refused', text: `refused ${formatCount(progress.refused)}` },
  ] as const
  const counts = words.map(({ text }) => `  ${text}`).join('')
  const bare = ` ${percent}${counts}`
  const room = width - 1
  if (bare.length > room) return `${percent.trim()}`.slice(0, Math.max(0, room))
  const painted = ` ${percent}${words.map(({ tone, text }) => `  ${palette.paint(tone, text)}`).join('')}`
  if (label.length + 1 + BAR + bare.length > room) return painted.trimStart()
  return `${label} ${full.repeat(filled)}${palette.paint('quiet', empty.repeat(BAR - filled))}${painted}`
}
