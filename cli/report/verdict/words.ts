/**
 * Puts messages into words: each is a code and its figures, and the table of a language (`data/words/`) says how it reads.
 *
 * An entry is a text, or texts by the value of one figure: `{ "by": "requests", "1": "…", "other": "…" }`. In a text,
 * `{name}` is a figure as it is, and `{name:format}` is written by one of FORMATS below. Any other format is an entry of
 * the table: `count.<format>` for a number, which it calls `n`, and `<format>.<value>` for a text, or for each text of a list.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { formatCount, formatMs, formatShare, formatSigned } from '../format.ts'
import type { Figures, Message } from '../result.ts'

export const LANGUAGES = ['en', 'pt-BR'] as const
export type Language = (typeof LANGUAGES)[number]

/**
 * The text of a code in one language.
 * @throws {RangeError} for a code that the table has not, and for a figure that the text needs and is not given
 */
export interface Words {
  (code: string, figures?: Figures): string
  has(code: string): boolean
}

type Figure = Figures[string]
type Entry = string | Readonly<Record<string, string>>

/** The words of a language, read from the package. */
export function wordsIn(language: Language): Words {
  const file = join(packageRoot(import.meta.url), 'data', 'words', `${language}.json`)
  return wordsOf(JSON.parse(readFileSync(file, 'utf8')))
}

/** The words of a table. */
export function wordsOf(table: Readonly<Record<string, Entry>>): Words {
  const entries = new Map(Object.entries(table))
  const say = (code: string, figures: Figures = {}): string => {
    const entry = entries.get(code)
    const text = typeof entry === 'object' ? (entry[String(figures[entry.by ?? ''])] ?? entry.other) : entry
    if (text === undefined) throw new RangeError(`no words for ${code}`)
    return text.replace(/\{(\w+)(?::([\w-]+))?\}/g, (_, name: string, format?: string) => {
      const figure = figures[name]
      if (figure === undefined) throw new RangeError(`no figure "${name}" for ${code}`)
      const write = FORMATS[format ?? 'plain']
      if (write) return write(figure, words)
      if (typeof figure === 'number') return words(`count.${format}`, { n: figure })
      const each = (value: unknown) => words(`${format}.${value}`, figures)
      return Array.isArray(figure) ? listed(figure.map(each), words) : each(figure)
    })
  }
  const words: Words = Object.assign(say, { has: (code: string) => entries.has(code) })
  return words
}

/** How figures are written; all but texts and lists take a number. */
const FORMATS: Readonly<Record<string, (figure: Figure, words: Words) => string>> = {
  plain: (figure, words) => (typeof figure === 'number' ? numeral(String(figure), words) : String(figure)),
  count: written(formatCount),
  share: written(formatShare),
  ms: written(formatMs),
  signed: written(formatSigned),
  'signed-count': written(value => formatSigned(value, 0)),
  points: written(value => Math.abs(value).toFixed(1)),
  fixed: written(value => value.toFixed(2)),
  seconds: written(ms => (ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(2))} s`)),
  when: (figure, words) => (figure === 0 ? words('when.at-once') : written(formatMs)(figure, words)),
  arm: armName,
  Arm: (figure, words) => (figure === 'breaker' ? capital(armName(figure, words)) : String(figure)),
  without,
  Without: (figure, words) => capital(without(figure, words)),
  and: (figure, words) => listed(Array.isArray(figure) ? figure.map(String) : [String(figure)], words),
  failures,
  'count-range': (figure, words) => range(figure, formatCount, words),
  'fixed-range': (figure, words) => range(figure, value => value.toFixed(1), words),
}

function written(write: (value: number) => string) {
  return (figure: Figure, words: Words) => (typeof figure === 'number' ? numeral(write(figure), words) : '-')
}

/** A number as English writes it, with the signs of the language. */
function numeral(text: string, words: Words): string {
  return text.replace(/[.,]/g, sign => words(sign === '.' ? 'number.decimal' : 'number.thousands'))
}

function armName(figure: Figure, words: Words): string {
  return figure === 'breaker' ? words('arm.breaker') : String(figure)
}

/** What the arm that others are compared with is called after them: "without it" where it does nothing. */
function without(figure: Figure, words: Words): string {
  return figure === 'none' ? words('arm.without') : words('arm.with', { arm: String(figure) })
}

function listed(names: readonly string[], words: Words): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : words('list.and', { before: names.slice(0, -1).join(', '), last })
}

function range(figure: Figure, write: (value: number) => string, words: Words): string {
  const values = Array.isArray(figure) ? figure.map(Number) : []
  if (values.length === 0) return '-'
  const [low, high] = [Math.min(...values), Math.max(...values)].map(value => numeral(write(value), words))
  return low === high ? `${low}` : words('list.range', { low: `${low}`, high: `${high}` })
}

/** The three most frequent classes, with their counts where there are several; empty without any. */
function failures(figure: Figure, words: Words): string {
  const counts = typeof figure === 'object' && !Array.isArray(figure) ? figure : null
  const met = Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, count]) => {
      const word = words.has(`failure.${name}`) ? words(`failure.${name}`) : name
      return { word, counted: `${word} ${numeral(formatCount(count), words)}` }
    })
  const list = met.map(({ word, counted }) => (met.length < 2 ? word : counted)).join(', ')
  return met.length === 0 ? '' : words('failures', { list })
}

/** What is put before all other sentences. */
const LEADING = /^(stopped|repeated)\./

/**
 * Sentences in their order. What goes beside a sentence (`beside.…`) is put to its end. Clauses about what an arm did beside its answers (`effect.…`) become one sentence, and
 * `stopped.…` and `repeated.…` are put before all others.
 */
export function sentences(messages: readonly Message[], words: Words): string {
  const say = ({ code, figures }: Message) => words(code, figures)
  const texts: string[] = []
  const clauses: string[] = []
  for (const message of messages) {
    const before = texts.length - 1
    if (message.code.startsWith('effect.')) clauses.push(say(message))
    else if (message.code.startsWith('beside.'))
      texts[before] = `${texts[before]?.replace(/\.$/, '') ?? ''}${say(message)}.`
    else if (!LEADING.test(message.code)) texts.push(...together(clauses.splice(0), words), say(message))
  }
  const text = [...texts, ...together(clauses, words)].join(' ')
  const stopped = messages.find(({ code }) => LEADING.test(code))
  if (!stopped) return text
  const begins = new RegExp(`^(${words('stopped.lowercase')}) `)
  const rest = begins.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
  return words(stopped.code, { ...stopped.figures, rest })
}

function together(clauses: readonly string[], words: Words): string[] {
  const last = clauses.at(-1)
  if (last === undefined) return []
  if (clauses.length === 1) return [words('effects.one', { last })]
  return [words('effects.several', { before: clauses.slice(0, -1).join(', '), last })]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What people read where nobody asked for another language. */
export const english: Words = wordsIn('en')
