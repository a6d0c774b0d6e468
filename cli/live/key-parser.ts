/**
 * Turns what a terminal sends into names of keys, wherever the bytes happen to be cut. Node's own reader of keys
 * (`readline.emitKeypressEvents`) takes the parameters of a sequence that it does not know for typed digits, and here a
 * digit sets the fail rate: an answer of the terminal about itself would.
 */

/** Keys found so far, and the beginning of a sequence whose end has not come yet. */
interface Parsed {
  /** A printable character as itself, else a name: `up`, `shift-up`, `page-down`, `escape`, `ctrl-c` … */
  readonly keys: readonly string[]
  readonly pending: string
}

const ESC = '\x1b'
/** Longer than any key's sequence: what exceeds it is noise, not a key that is still being typed. */
const LONGEST = 32

const LETTERS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  a: 'shift-up',
  b: 'shift-down',
  c: 'shift-right',
  d: 'shift-left',
}
const NUMBERS: Readonly<Record<string, string>> = {
  1: 'home',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
}
const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
}

// Control Sequence Introducer, ECMA-48 section 5.4: parameters, intermediates, one final byte.
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of control characters
const SEQUENCE = /^\x1b\[(\[.|([0-?]*)[ -/]*([@-Z\\-~]))/s
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of control characters
const BEGINNING = /^\x1b\[(\[|[0-?]*[ -/]*)$/

/** Reads `chunk` after the unfinished rest of the chunk before it. A lone escape waits: see `flushKeys`. */
export function parseKeys(pending: string, chunk: string): Parsed {
  const keys: string[] = []
  let rest = pending + chunk
  while (rest !== '') {
    const { key, length } = first(rest)
    if (length === 0) return { keys, pending: rest.length > LONGEST ? '' : rest }
    if (key !== '') keys.push(key)
    rest = rest.slice(length)
  }
  return { keys, pending: '' }
}

/** What a beginning means when nothing follows it in time: a lone escape is the escape key, all else was noise. */
export function flushKeys(pending: string): readonly string[] {
  return pending === ESC ? ['escape'] : []
}

/** The key that `text` begins with; length 0 where more must come to tell, an empty key for what is no key of ours. */
function first(text: string): { key: string; length: number } {
  if (!text.startsWith(ESC)) return character(text)
  if (text.length === 1) return { key: '', length: 0 }
  const second = text.charAt(1)
  if (second === ESC) return { key: 'escape', length: 1 }
  if (second === 'O')
    return text.length < 3 ? { key: '', length: 0 } : { key: LETTERS[text.charAt(2)] ?? '', length: 3 }
  if (second !== '[') return { key: '', length: 1 + String.fromCodePoint(text.codePointAt(1) ?? 0).length }
  if (BEGINNING.test(text)) return { key: '', length: 0 }
  const match = SEQUENCE.exec(text)
  if (match === null) return { key: '', length: 2 }
  return { key: named(match[2] ?? '', match[3] ?? ''), length: match[0].length }
}

function character(text: string): { key: string; length: number } {
  const code = text.codePointAt(0) ?? 0
  const own = String.fromCodePoint(code)
  const name = CONTROLS[own] ?? (code < 32 ? `ctrl-${String.fromCharCode(code + 96)}` : own)
  return { key: name, length: own.length }
}

/** `parameters` are `number;modifier`, others are no key's; modifier 1 + bit 0 is shift (xterm, ctlseqs, "PC-style function keys"). */
function named(parameters: string, final: string): string {
  if (!/^[\d;]*$/.test(parameters)) return ''
  const [number = '', modifier = '1'] = parameters.split(';')
  const name = (final === '~' ? NUMBERS[number] : LETTERS[final]) ?? ''
  const shifted = ((Number(modifier) - 1) & 1) === 1
  return name !== '' && shifted && !name.startsWith('shift-') ? `shift-${name}` : name
}
