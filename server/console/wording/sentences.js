/** How the sentences about an experiment are put into words: formats of their figures, and what becomes of several sentences. */

/** @import { Figure, Figures, Format, Table, Words } from './words.js' */

import { formatCount, formatMs, formatShare, formatSigned } from './format.js'
import { describeRate } from './run.js'
import { listed, numeral, seconds, wordsOf, written } from './words.js'

/** A sentence, or a clause of one, before it is put into words. @typedef {{ code: string, figures: Figures }} Message */
/** A verdict before it is put into words. @typedef {Message & { more: readonly Message[], advice: Message }} CodedVerdict */

/** How figures are written; all but texts and lists take a number. @type {Readonly<Record<string, Format>>} */
const FORMATS = {
  count: written(formatCount),
  share: written(formatShare),
  ms: written(formatMs),
  signed: written(formatSigned),
  'signed-count': written(value => formatSigned(value, 0)),
  points: written(value => Math.abs(value).toFixed(1)),
  fixed: written(value => value.toFixed(2)),
  seconds,
  rate: (figure, words) => describeRate(rateOf(figure), words),
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

/** The words of a table about experiments. @param {Table} table */
export function experimentWords(table) {
  return wordsOf(table, FORMATS)
}

/**
 * The text and the hint of a verdict in a language.
 * @param {CodedVerdict} verdict
 * @param {Words} words
 */
export function inWords({ code, figures, more, advice }, words) {
  return {
    text: sentences([{ code: `verdict.${code}`, figures }, ...more], words),
    hint: words(advice.code, advice.figures),
  }
}

/**
 * A recovery: `1.20 s`, `at once`, `never`; `-` where it is not known. Its number is as English writes it.
 * @param {{ recovered: boolean | null, recoveryMs: number | null }} arm
 * @param {Words} words
 */
export function recoveryText({ recovered, recoveryMs }, words) {
  if (recovered === false) return words('when.never')
  if (recoveryMs === 0) return words('when.at-once')
  return formatMs(recoveryMs)
}

/** What a spell of trouble is called: the word of the language, or the name that somebody gave it. @param {string} what @param {Words} words */
export function troubleName(what, words) {
  return what.replace(/^\w+/, word => (words.has(`trouble.name.${word}`) ? words(`trouble.name.${word}`) : word))
}

/** Something that happened to the server during a run. @typedef {{ atMs: number, what: string, source?: string | undefined, arm?: string | undefined, figures: Figures }} ToldEvent */

/** Who or what did something, as the server names it: `by a command line`, `on the page`. @param {string} source @param {Words} words */
export function byWhom(source, words) {
  return words.has(`by.${source}`) ? words(`by.${source}`) : words('by.other', { source })
}

/** An event in words, with its moment and who did it. @param {ToldEvent} event @param {Words} words */
export function describeEvent({ atMs, what, source = '', arm, figures }, words) {
  const known = words.has(`event.${what}`) ? `event.${what}` : 'event.other'
  const text = words(known, { untilMs: null, ...figures, what })
  const who = source === '' ? '' : ` (${byWhom(source, words)})`
  const whose = arm === undefined ? '' : words('event.arm', { arm })
  return words('event.at', { atMs, text: `${text}${who}${whose}` })
}

/** More events of a run are only counted. */
const MAX_EVENT_LINES = 12

/**
 * What happened to the server during a run, beside its plan: a line for each of the first events, and how many more there were.
 * @param {Parameters<typeof unplannedEvents>[0]} result
 * @param {Words} words
 */
export function eventLines(result, words) {
  const events = unplannedEvents(result)
  const shown = events.slice(0, MAX_EVENT_LINES).map(event => describeEvent(event, words))
  const more = events.length - shown.length
  return more > 0 ? [...shown, words('event.more', { more })] : shown
}

/**
 * The events that the trouble of the run's own plan does not say already.
 * @template {ToldEvent} E
 * @param {{ events?: readonly E[] | undefined, conditions?: { scenario?: string | undefined } | undefined }} result
 * @returns {E[]}
 */
export function unplannedEvents({ events = [], conditions }) {
  return events.filter(({ source, what }) => {
    if (source !== 'scenario') return true
    return what.startsWith('scenario-') && conditions?.scenario !== undefined
  })
}

/** What is put before all other sentences. */
const LEADING = /^(stopped|repeated)\./

/**
 * Sentences in their order. What goes beside a sentence (`beside.…`) is put to its end. Clauses about what an arm did beside its
 * answers (`effect.…`) become one sentence, and `stopped.…` and `repeated.…` are put before all others.
 * @param {readonly Message[]} messages
 * @param {Words} words
 */
export function sentences(messages, words) {
  const say = (/** @type {Message} */ { code, figures }) => words(code, figures)
  /** @type {string[]} */
  const texts = []
  /** @type {string[]} */
  const clauses = []
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

/** A fail rate as it was at the start and at the end; undefined where it is not known. @param {Figure} figure */
function rateOf(figure) {
  const [atStart, atEnd] = Array.isArray(figure) ? figure.map(Number) : []
  return atStart === undefined || atEnd === undefined ? undefined : { atStart, atEnd }
}

/** @param {readonly string[]} clauses @param {Words} words */
function together(clauses, words) {
  const last = clauses.at(-1)
  if (last === undefined) return []
  if (clauses.length === 1) return [words('effects.one', { last })]
  return [words('effects.several', { before: clauses.slice(0, -1).join(', '), last })]
}

/** @param {Figure} figure @param {Words} words */
function armName(figure, words) {
  return figure === 'breaker' ? words('arm.breaker') : String(figure)
}

/** What the arm that others are compared with is called after them: "without it" where it does nothing. @param {Figure} figure @param {Words} words */
function without(figure, words) {
  return figure === 'none' ? words('arm.without') : words('arm.with', { arm: String(figure) })
}

/** @param {Figure} figure @param {(value: number) => string} write @param {Words} words */
function range(figure, write, words) {
  const values = Array.isArray(figure) ? figure.map(Number) : []
  if (values.length === 0) return '-'
  const [low, high] = [Math.min(...values), Math.max(...values)].map(value => numeral(write(value), words))
  return low === high ? `${low}` : words('list.range', { low: `${low}`, high: `${high}` })
}

/** The three most frequent classes, with their counts where there are several; empty without any. @param {Figure} figure @param {Words} words */
function failures(figure, words) {
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

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
