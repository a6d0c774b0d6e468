/** The screen of `chaos live`: a pure function of the model and the window. */

import { chartHeight, charts } from './charts.ts'
import type { Model } from './model.ts'
import { breaker, footer, help, load, logLines, notice, rate, rule, title } from './panels.ts'
import { type Block, fit, type Line, styled, toAnsi, type Window } from './styled-line.ts'
import { totalsTable } from './totals-table.ts'

const MIN_WINDOW = { width: 40, height: 8 }

/** The screen: exactly `height` lines of exactly `width` columns, with escape sequences for colour at most. */
export function render(model: Model, window: Window): string[] {
  const { width, height, colour, ascii } = window
  const lines = width < MIN_WINDOW.width || height < MIN_WINDOW.height ? tooSmall() : full(model, window)
  const padded = Array.from({ length: height }, (_, row) => fit(lines[row] ?? [], width, ascii))
  return padded.map(line => toAnsi(line, colour))
}

function tooSmall(): Line[] {
  return [
    [styled(`make the window larger`)],
    [styled(`(${MIN_WINDOW.width}x${MIN_WINDOW.height} at least)`)],
    [styled('q quits')],
  ]
}

function full(model: Model, window: Window): Line[] {
  const bottom = [...notice(model), footer(window)]
  const height = window.height - bottom.length
  const body = model.help ? [title(model, window), rule(window), ...help()] : console_(model, window, height)
  const above = body.slice(0, height)
  return [...above, ...Array.from({ length: height - above.length }, (): Line => []), ...bottom]
}

function console_(model: Model, window: Window, height: number): Line[] {
  const gap: Block = { rank: 12, lines: [[]] }
  const top = [
    { rank: 0, lines: [title(model, window)] },
    { rank: 11, lines: [rule(window)] },
    { rank: 1, lines: [rate(model, window)] },
    { rank: 4, lines: [load(model)] },
    { rank: 1, lines: [breaker(model, window)] },
    gap,
    ...charts(model, window, chartHeight(window.height)),
    gap,
    ...totalsTable(model, window),
  ]
  const kept = choose([...top, { rank: 5, lines: [[]] }], height)
  const lines = kept.flatMap(block => block.lines).slice(0, -1)
  return [...lines, ...logLines(model, window, height - lines.length)]
}

/** The blocks that fit into `height` lines: by rank, those of one rank together or not at all; in their own order. */
function choose(blocks: readonly Block[], height: number): readonly Block[] {
  const ranks = [...new Set(blocks.map(block => block.rank))].sort((a, b) => a - b)
  let left = height
  const kept = new Set<number>()
  for (const rank of ranks) {
    const need = blocks.filter(block => block.rank === rank).reduce((sum, block) => sum + block.lines.length, 0)
    if (need > left) continue
    left -= need
    kept.add(rank)
  }
  return blocks.filter(block => kept.has(block.rank))
}
