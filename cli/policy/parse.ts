/** Reads arms as people type them, such as `retry+breaker(threshold=40,open-for=2s)`. */

import type { Parameter, Parameters, Values } from './parameters.ts'
import { WORDS, type WordName } from './words.ts'

/** Says what was wrong with an arm and what to type instead. */
export class ArmError extends Error {
  override name = 'ArmError'
}

/** An arm's expression, taken apart: each word once, with the parameters that were written and no others. */
export interface ArmPlan {
  /** The expression as it was typed, without spaces. */
  readonly name: string
  readonly words: ReadonlyMap<WordName, Readonly<Record<string, unknown>>>
}

const NAMES = Object.keys(WORDS) as WordName[]

/** The words that put a circuit into an arm. */
export const CIRCUITS = ['breaker', 'opossum', 'cockatiel'] as const satisfies readonly WordName[]

const NEEDS: readonly (readonly [word: string, why: string, needed: readonly string[]])[] = [
  ['budget', 'budget limits retries: write retry+budget', ['retry']],
  ['notify', 'notify tells of a circuit that opens: write notify(url)+breaker', CIRCUITS],
  ['reschedule', 'reschedule waits for a circuit to close: write reschedule+breaker', CIRCUITS],
]

/**
 * Reads a list of arms, separated by commas: `none,retry+breaker(threshold=40,open-for=2s)`.
 * @throws {ArmError} for an empty list, an arm that stands there twice, and whatever `parseArm` refuses.
 */
export function parseArms(text: string): ArmPlan[] {
  const plans = split(text, ',').map(parseArm)
  const names = plans.map(plan => plan.name)
  const twice = names.find((name, position) => names.indexOf(name) !== position)
  if (twice !== undefined) throw new ArmError(`the arm "${twice}" stands there twice: each arm has a name of its own`)
  return plans
}

/**
 * Reads one arm: words joined by `+`, each with its parameters in parentheses. Their order does not matter, the nesting is fixed.
 * @throws {ArmError} for unknown words and parameters (with the known ones and the nearest), values out of range, and words
 * that stand there twice or do not go together.
 */
export function parseArm(text: string): ArmPlan {
  const words = new Map<WordName, Readonly<Record<string, unknown>>>()
  const parts = split(text, '+')
  for (const part of parts) {
    const match = /^([A-Za-z-]*)\s*(?:\(([\s\S]*)\))?$/.exec(part)
    const typed = match?.[1] ?? part
    const word = NAMES.find(name => name === typed)
    if (word === undefined || !match) throw unknown(typed, 'word', 'words', NAMES)
    if (words.has(word)) throw new ArmError(`"${word}" stands twice in "${text.trim()}": write it once`)
    words.set(word, parameters(word, match[2] ?? ''))
  }
  check(words, text.trim())
  return { name: parts.join('+').replace(/\s+/g, ''), words }
}

/** The settings of a word in an arm: what was written, over the defaults. Null where the arm is without the word. */
export function settingsOf<P extends Parameters>(plan: ArmPlan, word: WordName, known: P): Values<P> | null {
  const written = plan.words.get(word)
  if (!written) return null
  const standard = Object.fromEntries(Object.entries(known).map(([name, { fallback }]) => [name, fallback]))
  return { ...standard, ...written } as Values<P>
}

function parameters(word: WordName, text: string): Record<string, unknown> {
  const known: Parameters = WORDS[word].parameters
  const names = Object.keys(known)
  const values: Record<string, unknown> = {}
  const parts = text.trim() === '' ? [] : split(text, ',')
  parts.forEach((part, position) => {
    const match = /^([A-Za-z-]+)\s*=\s*([\s\S]*)$/.exec(part)
    const name = match?.[1] ?? (position === 0 ? names[0] : undefined)
    if (name === undefined) throw new ArmError(positional(word, part, names))
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined
    if (!parameter) throw unknown(name, `parameter of ${word}`, 'parameters', names)
    if (Object.hasOwn(values, name)) throw new ArmError(`${word} has "${name}" twice: write it once`)
    values[name] = read(word, name, parameter, match?.[2] ?? part)
  })
  for (const [name, { fallback, accepts }] of Object.entries(known)) {
    if (fallback === null && !Object.hasOwn(values, name))
      throw new ArmError(`${word} needs ${name}, ${accepts}: write ${word}(${name}=…)`)
  }
  return values
}

function read(word: string, name: string, parameter: Parameter<unknown>, text: string): unknown {
  try {
    return parameter.read(text.trim())
  } catch {
    throw new ArmError(`${word}(${name}=${text}): ${name} is ${parameter.accepts}`)
  }
}

function check(words: ReadonlyMap<string, unknown>, text: string): void {
  if (words.has('none') && words.size > (words.has('timeout') ? 2 : 1))
    throw new ArmError(`"none" stands alone: leave it out of "${text}"`)
  const circuits = CIRCUITS.filter(name => words.has(name))
  if (circuits.length > 1) throw new ArmError(`"${text}" has ${circuits.join(' and ')}: an arm has one circuit`)
  for (const [word, why, needed] of NEEDS) {
    if (words.has(word) && !needed.some(name => words.has(name))) throw new ArmError(why)
  }
}

function unknown(typed: string, kind: string, kinds: string, known: readonly string[]): ArmError {
  if (typed === '') return new ArmError(`a ${kind} is missing; the ${kinds} are ${known.join(', ')}`)
  const guess = nearest(typed, known)
  const hint = guess === null ? '' : `did you mean "${guess}"? `
  const list = known.length === 0 ? `it has no ${kinds}` : `the ${kinds} are ${known.join(', ')}`
  return new ArmError(`"${typed}" is no ${kind}: ${hint}${hint === '' ? list : capital(list)}`)
}

function positional(word: string, part: string, names: readonly string[]): string {
  if (names.length === 0) return `${word} takes no parameters: write ${word}`
  return `"${part}" has no name: write name=${part}, with one of ${names.join(', ')}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The parts of a text between separators that stand outside of parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')') depth--
    else if (text[at] === separator && depth === 0) {
      parts.push(text.slice(from, at).trim())
      from = at + 1
    }
    if (depth < 0) throw new ArmError(`"${text}" closes a parenthesis that it never opened`)
  }
  if (depth > 0) throw new ArmError(`"${text}" has a parenthesis that never closes: add ")"`)
  parts.push(text.slice(from).trim())
  return parts
}

/** The known word nearest to `typed`, or null where none is near: more than a third of its letters (at least one) differ. */
export function nearest(typed: string, known: readonly string[]): string | null {
  let best: string | null = null
  let fewest = Number.POSITIVE_INFINITY
  for (const word of known) {
    const edits = distance(typed.toLowerCase(), word)
    if (edits < fewest && edits <= Math.max(1, Math.ceil(word.length / 3))) {
      best = word
      fewest = edits
    }
  }
  return best
}

/** Letters to add, drop, change or swap with a neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const edits = Math.min(at(above, column) + 1, at(current, column - 1) + 1, at(above, column - 1) + same)
      current.push(swapped ? Math.min(edits, at(before, column - 2) + 1) : edits)
    }
    before = above
    above = current
  }
  return at(above, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
