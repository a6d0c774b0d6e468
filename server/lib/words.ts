/**
 * Puts messages into words: each is a code and its figures, and a table in `data/words/` says how it reads in one language.
 *
 * An entry is a text, or texts by the value of one figure: `{ "by": "requests", "1": "…", "other": "…" }`. In a text,
 * `{name}` is a figure as it is, and `{name:format}` is written by a format that the table is read with. Any other format is
 * an entry of the table: `count.<format>` for a number, which it calls `n`, and `<format>.<value>` for a text, or for each
 * text of a list.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './package-root.ts'

export const LANGUAGES = ['en', 'pt-BR'] as const
export type Language = (typeof LANGUAGES)[number]

export type Figure = string | number | null | (string | number)[] | Readonly<Record<string, number>>
export type Figures = Readonly<Record<string, Figure>>

/**
 * The text of a code in one language.
 * @throws {RangeError} for a code that the table has not, and for a figure that the text needs and is not given
 */
export interface Words {
  (code: string, figures?: Figures): string
  has(code: string): boolean
}

/** Writes a figure. */
export type Format = (figure: Figure, words: Words) => string

type Entry = string | Readonly<Record<string, string>>

/** The words of a file, such as `en.json`, in `data/words/`. */
export function readWords(file: string, formats: Readonly<Record<string, Format>>): Words {
  return wordsOf(JSON.parse(readFileSync(join(packageRoot(import.meta.url), 'data', 'words', file), 'utf8')), formats)
}

/** The words of a table. */
export function wordsOf(table: Readonly<Record<string, Entry>>, formats: Readonly<Record<string, Format>>): Words {
  const entries = new Map(Object.entries(table))
  const say = (code: string, figures: Figures = {}): string => {
    const entry = entries.get(code)
    const text = typeof entry === 'object' ? (entry[String(figures[entry.by ?? ''])] ?? entry.other) : entry
    if (text === undefined) throw new RangeError(`no words for ${code}`)
    return text.replace(/\{(\w+)(?::([\w-]+))?\}/g, (_, name: string, format?: string) => {
      const figure = figures[name]
      if (figure === undefined) throw new RangeError(`no figure "${name}" for ${code}`)
      if (format === undefined) return plain(figure, words)
      const write = formats[format]
      if (write) return write(figure, words)
      if (typeof figure === 'number') return words(`count.${format}`, { n: figure })
      const each = (value: unknown) => words(`${format}.${value}`, figures)
      return Array.isArray(figure) ? listed(figure.map(each), words) : each(figure)
    })
  }
  const words: Words = Object.assign(say, { has: (code: string) => entries.has(code) })
  return words
}

function plain(figure: Figure, words: Words): string {
  return typeof figure === 'number' ? numeral(String(figure), words) : String(figure)
}

/** A number as English writes it, with the signs of the language. */
export function numeral(text: string, words: Words): string {
  return text.replace(/[.,]/g, sign => words(sign === '.' ? 'number.decimal' : 'number.thousands'))
}

/** A format of numbers. */
export function written(write: (value: number) => string): Format {
  return (figure, words) => (typeof figure === 'number' ? numeral(write(figure), words) : '-')
}

/** A duration in milliseconds, as `250 ms` or `1.25 s`. */
export const seconds: Format = written(ms =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(2))} s`,
)

/** Durations in milliseconds, one after the other. */
export const durations: Format = (figure, words) =>
  listed(Array.isArray(figure) ? figure.map(ms => seconds(Number(ms), words)) : [], words)

/** Names in a sentence. */
export function listed(names: readonly string[], words: Words): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : words('list.and', { before: names.slice(0, -1).join(', '), last })
}
