/** What an arm is made of, read from its name, and how the name is typed into a shell. */

import { CIRCUITS } from '../../policy/parse.ts'

/** The words of an arm's name without their parameters: `retry`, `breaker`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/\([^()]*\)/g, '')
    .split('+')
    .map(word => word.trim())
}

/** The word that puts a circuit into the arm, or null. */
export function circuitOf(name: string): (typeof CIRCUITS)[number] | null {
  const words = wordsOf(name)
  return CIRCUITS.find(word => words.includes(word)) ?? null
}

/** Arms as `--arms` takes them, in quotes where a shell would read more into them. */
export function armList(names: readonly string[]): string {
  return quoted(names.join(','))
}

/** A text as one word of a shell's command line. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
