/** How the sentences about an experiment are put into words: formats of their figures, and what becomes of several sentences. */

import {
  type Figure,
  type Format,
  LANGUAGES,
  type Language,
  listed,
  numeral,
  readWords,
  seconds,
  type Words,
  wordsOf as wordsWith,
  written,
} from '../../../server/lib/words.ts'
import { formatCount, formatMs, formatShare, formatSigned } from '../format.ts'
import type { ArmResult, Message } from '../result.ts'

export { LANGUAGES, type Language, numeral, type Words }

/** The words of a language, read from the package. */
export function wordsIn(language: Language): Words {
  return readWords(`${language}.json`, FORMATS)
}

/** The words of a table. */
export function wordsOf(table: Parameters<typeof wordsWith>[0]): Words {
  return wordsWith(table, FORMATS)
}

/** How figures are written; all but texts and lists take a number. */
const FORMATS: Readonly<Record<string, Format>> = {
  count: written(formatCount),
  share: written(formatShare),
  ms: written(formatMs),
  signed: written(formatSigned),
  'signed-count': written(value => formatSigned(value, 0)),
  points: written(value => Math.abs(value).toFixed(1)),
  fixed: written(value => value.toFixed(2)),
  seconds,
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

/** A recovery: `1.20 s`, `at once`, `never`; `-` where it is not known. Its number is as English writes it. */
export function recoveryText(
  { recovered, recoveryMs }: Pick<ArmResult, 'recovered' | 'recoveryMs'>,
  words: Words,
): string {
  if (recovered === false) return words('when.never')
  if (recoveryMs === 0) return words('when.at-once')
  return formatMs(recoveryMs)
}

/** What a spell of trouble is called: the word of the language, or the name that somebody gave it. */
export function troubleName(what: string, words: Words): string {
  return what.replace(/^\w+/, word => (words.has(`trouble.name.${word}`) ? words(`trouble.name.${word}`) : word))
}

function armName(figure: Figure, words: Words): string {
  return figure === 'breaker' ? words('arm.breaker') : String(figure)
}

/** What the arm that others are compared with is called after them: "without it" where it does nothing. */
function without(figure: Figure, words: Words): string {
  return figure === 'none' ? words('arm.without') : words('arm.with', { arm: String(figure) })
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
