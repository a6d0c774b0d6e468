/** How text reports look: the width, the colours, the glyphs and the language they are given. */

import type { ChalkInstance } from 'chalk'
import type { Words } from '../../server/console/wording/words.js'

/** What a piece of text means. Meaning is never by colour alone: each tone has a word or a glyph of its own too. */
export type Tone = 'useful' | 'failed' | 'refused' | 'cached' | 'quiet' | 'strong' | 'plain'

/** Paints text. Both functions keep the text's width. */
export interface Palette {
  paint(tone: Tone, text: string): string
  /** A block glyph of two parts: the lower one in the first tone, what is above it in the second. */
  stack(below: Tone, above: Tone, glyph: string): string
}

export interface Look {
  /** Columns of the terminal. */
  readonly width: number
  /** Plain ASCII instead of box and block glyphs. */
  readonly ascii: boolean
  readonly palette: Palette
  /** The language. */
  readonly words: Words
}

/** No colours at all. */
export const plain: Palette = { paint: (_, text) => text, stack: (_below, _above, glyph) => glyph }

/** The colours of the terminal's own theme: blue, red, magenta and yellow stay apart for most colour-blind people. */
export function colours(chalk: ChalkInstance): Palette {
  const fore: Readonly<Record<Tone, (text: string) => string>> = {
    useful: chalk.cyan,
    failed: chalk.red,
    refused: chalk.magenta,
    cached: chalk.yellow,
    quiet: chalk.dim,
    strong: chalk.bold,
    plain: text => text,
  }
  return {
    paint: (tone, text) => (text.trim() === '' ? text : fore[tone](text)),
    stack: (below, above, glyph) => {
      if (below === 'useful' && above === 'failed') return chalk.cyan.bgRed(glyph)
      if (below === 'useful' && above === 'refused') return chalk.cyan.bgMagenta(glyph)
      return fore[below](glyph)
    },
  }
}
