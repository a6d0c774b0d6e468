/** The text of a `.env` file, as people and their editors write it: line by line, so that no line takes another with it. */

import { isUtf8 } from 'node:buffer'
import { nearest } from '../lib/near-miss.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** A line that says less than its writer thinks. */
export interface Flaw {
  /** Counted from 1. */
  readonly line: number
  /** The known variable that is meant, or null where nobody can tell. */
  readonly name: string | null
  /** What is wrong and what to write; never a value, which may be a secret. */
  readonly detail: string
}

export interface Dotenv {
  readonly variables: Variables
  readonly flaws: readonly Flaw[]
}

/**
 * The text in the bytes of a file: UTF-8, UTF-16 as PowerShell's `>` writes it, with or without a byte order mark, or
 * Windows-1252 where it is neither.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes)
  return text.replaceAll('\0', '')
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be'
  return isUtf8(bytes) ? 'utf-8' : 'windows-1252'
}

const LINE_END = /\r\n|\n|\r/
const ASSIGNMENT = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/s
/** How shells, YAML and JSON write what is meant to be an assignment. */
const OTHER_ASSIGNMENT =
  /^(?:export\s+|setx?\s+|setenv\s+|\$env:|\$|-\s+)?["'`]?([A-Za-z_][\w-]*)["'`]?(?:\s*[:=]|\s+|$)/i
/** Within a value of several lines, such as a key, it is another variable: the quote before it was never closed. */
const NEXT_VARIABLE = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=(?!=)(.*)$/
const QUOTES = ['"', "'", '`']
const CURLY_QUOTE = /^[\u2018-\u201f\u00ab\u00bb]/
const AFTER_QUOTE = /^\s*(#.*)?$/

/**
 * Reads `NAME=value` lines: `export` before the name, spaces around the `=`, a value in one kind of quotes, `#` behind a
 * space as the start of a comment, and `#` or `;` at the start of a line. A backslash stands for itself. The last of
 * several lines for one name counts.
 * @param known the names that mean something: a near miss of one is a flaw.
 */
export function parseDotenv(text: string, known: readonly string[]): Dotenv {
  const lines = text.replace(/^\uFEFF/, '').split(LINE_END)
  const variables: Record<string, string> = Object.create(null)
  const lineOf = new Map<string, number>()
  const flaws: Flaw[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1
    const content = (lines[at] ?? '').trim()
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue
    const [, name, rest = ''] = ASSIGNMENT.exec(content) ?? []
    if (name === undefined) {
      const meant = nearest(OTHER_ASSIGNMENT.exec(content)?.[1] ?? '', known)
      const detail = `is no assignment: write ${meant ?? 'NAME'}=value, or # before a comment`
      flaws.push({ line, name: meant, detail })
      continue
    }
    const meant = nearest(name, known)
    if (meant !== null && meant !== name) {
      flaws.push({ line, name: meant, detail: `names no variable: write ${meant} if that is meant by ${name}` })
    }
    const { value, problem, more } = readValue(rest, lines, at, known)
    at += more
    if (problem !== null) flaws.push({ line, name: meant, detail: `gives ${name} ${problem}` })
    if (value === null) continue
    const before = lineOf.get(name)
    if (before !== undefined && meant === name && variables[name] !== value) {
      flaws.push({ line, name, detail: `gives ${name} once more, after line ${before}: the last one counts` })
    }
    variables[name] = value
    lineOf.set(name, line)
  }
  return { variables, flaws }
}

/** A value, or what is wrong with it, and how many further lines it takes. */
interface Value {
  readonly value: string | null
  readonly problem: string | null
  readonly more: number
}

function readValue(rest: string, lines: readonly string[], at: number, known: readonly string[]): Value {
  const good = (value: string, more = 0): Value => ({ value, problem: null, more })
  const bad = (problem: string): Value => ({ value: null, problem, more: 0 })
  const quote = rest.charAt(0)
  if (CURLY_QUOTE.test(rest)) return bad('typographic quotes: write " before and behind the value')
  if (!QUOTES.includes(quote)) return good(rest.startsWith('#') ? '' : rest.replace(/\s+#.*$/s, ''))
  const found = closing(quote, rest.slice(1), lines, at, known)
  if (found === null) return bad(`a quote that is not closed: write ${quote} behind the value too`)
  if (AFTER_QUOTE.test(found.after)) return good(found.value, found.more)
  return bad('text behind its closing quote: write the quotes around all of it, or a space and # before a comment')
}

/** The text up to the next `quote`, in this line or in one of the next, unless another variable begins before. */
function closing(quote: string, start: string, lines: readonly string[], at: number, known: readonly string[]) {
  const parts: string[] = []
  for (let part: string | undefined = start; part !== undefined; part = lines[at + parts.length]) {
    if (parts.length > 0 && beginsVariable(part, known)) return null
    const end = part.indexOf(quote)
    if (end < 0) parts.push(part)
    else {
      const value = [...parts, part.slice(0, end)].join('\n')
      return { value, after: part.slice(end + 1), more: parts.length }
    }
  }
  return null
}

/** The last line of a key can look like a variable without a value, too. */
function beginsVariable(line: string, known: readonly string[]): boolean {
  const [, name, value] = NEXT_VARIABLE.exec(line) ?? []
  return name !== undefined && (value !== '' || known.includes(name))
}

/** A flaw as a sentence. */
export function flawText(file: string, { line, detail }: Flaw): string {
  return `${file}, line ${line}, ${detail}`
}
