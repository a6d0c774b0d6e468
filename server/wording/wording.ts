/** The languages that experiments are spoken of in, and their words, read from `data/words/` in the package. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Format, type Table, type Words, wordsOf } from '../console/wording/words.js'
import { packageRoot } from '../lib/package-root.ts'

export type { Figure, Figures, Words } from '../console/wording/words.js'
export { durations, listed, numeral, seconds } from '../console/wording/words.js'

export const LANGUAGES = ['en', 'pt-BR'] as const
export type Language = (typeof LANGUAGES)[number]

/** The table of a file, such as `en.json`, in `data/words/`. */
export function readTable(file: string): Table {
  return JSON.parse(readFileSync(join(packageRoot(import.meta.url), 'data', 'words', file), 'utf8'))
}

/** The words of a file, such as `challenge/en.json`, in `data/words/`. */
export function readWords(file: string, formats: Readonly<Record<string, Format>>): Words {
  return wordsOf(readTable(file), formats)
}
