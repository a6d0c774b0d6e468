/** The screen of `chaos live`: a pure function of the model and the window. */

import { chartHeight, charts } from './charts.ts'
import { fit, ink, type Line, written } from './line.ts'
import type { Model } from './model.ts'
import { breaker, footer, help, load, logLines, notice, rate, rule, title } from './panels.ts'
import { totals } from './totals.ts'
import type { Block, Window } from './window.ts'

const LEAST = { width: 40, height: 8 }

/** The screen: exactly `height` lines of exactly `width` columns, with escape sequences for colour at most. */
export function render(model: Model, window: Window): string[] {
  const { width, height, colour, ascii } = window
  const lines = width < LEAST.width || height < LEAST.height ? tooSmall() : full(model, window)
  const padded = Array.from({ length: height }, (_, row) => fit(lines[row] ?? [], width, ascii))
  return padded.map(line => written(line, colour))
}

function tooSmall(): Line[] {
  return [[ink(`make the window larger`)], [ink(`(${LEAST.width}x${LEAST.height} at least)`)], [ink('q quits')]]
}

function full(model: Model, window: Window): Line[] {
  const bottom = [...notice(model), footer(window)]
  const room = window.height - bottom.length
  const body = model.help ? [title(model, window), rule(window), ...help()] : console_(model, window, room)
  const above = body.slice(0, room)
  return [...above, ...Array.from({ length: room - above.length }, (): Line => []), ...bottom]
}

function console_(model: Model, window: Window, room: number): Line[] {
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
    ...totals(model, window),
  ]
  const kept = choose([...top, { rank: 5, lines: [[]] }], room)
  const lines = kept.flatMap(block => block.lines).slice(0, -1)
  return [...lines, ...logLines(model, window, room - lines.length)]
}

/** The blocks that fit into `room` lines: by rank, those of one rank together or not at all; in their own order. */
function choose(blocks: readonly Block[], room: number): readonly Block[] {
  const ranks = [...new Set(blocks.map(block => block.rank))].sort((a, b) => a - b)
  let left = room
  const kept = new Set<number>()
  for (const rank of ranks) {
    const need = blocks.filter(block => block.rank === rank).reduce((sum, block) => sum + block.lines.length, 0)
    if (need > left) continue
    left -= need
    kept.add(rank)
  }
  return blocks.filter(block => kept.has(block.rank))
}
