/** The terminal as this console uses it: taken over on entering, and given back as it was however the process ends. */

import type { Tty } from '../io.ts'

interface TerminalEvents {
  /** Bytes of the keyboard, as text. */
  onInput(text: string): void
  /** Nobody sees or types any more. */
  onGone(): void
}

/** Whether there is a screen to draw on and a keyboard to listen to. */
export function isInteractive({ stdin, stdout }: Tty): boolean {
  return stdin.isTTY === true && stdout.isTTY === true
}

/** A terminal that is taken over from its making until `leave`. */
export class Terminal {
  readonly #tty: Tty
  readonly #events: TerminalEvents
  #shown: readonly string[] | null = null
  #left = false

  constructor(tty: Tty, events: TerminalEvents) {
    this.#tty = tty
    this.#events = events
    const { stdin, stdout } = tty
    tty.once('exit', this.leave)
    tty.on('SIGCONT', this.#goOn)
    stdout.on('resize', this.forget)
    stdout.on('error', this.#gone)
    stdin.on('error', this.#gone)
    stdin.on('end', this.#gone)
    stdin.on('data', this.#input)
    stdin.setEncoding('utf8')
    this.#takeOver()
    stdin.resume()
  }

  /** Columns and lines of the window; 80 by 24 where the terminal does not say. */
  get size(): { width: number; height: number } {
    const { columns, rows } = this.#tty.stdout
    return { width: columns || 80, height: rows || 24 }
  }

  /** Shows the lines; nothing is written where nothing changed, or while the terminal is still busy with the last screen. */
  paint(lines: readonly string[]): void {
    if (this.#left || this.#tty.stdout.writableNeedDrain === true) return
    const bytes = patch(this.#shown, lines)
    this.#shown = lines
    if (bytes !== '') this.#tty.stdout.write(bytes)
  }

  /** The next screen is painted whole: the window has changed, or others wrote over it. */
  readonly forget = (): void => {
    this.#shown = null
  }

  /** Gives the terminal back. Safe to call twice, and in the last moment of the process. */
  readonly leave = (): void => {
    if (this.#left) return
    this.#left = true
    const { stdin, stdout } = this.#tty
    this.#tty.off('exit', this.leave)
    this.#tty.off('SIGCONT', this.#goOn)
    stdin.off('data', this.#input)
    stdin.off('end', this.#gone)
    stdout.off('resize', this.forget)
    stdin.pause()
    attempt(() => stdin.setRawMode?.(false))
    attempt(() => stdout.write(LEAVE))
  }

  #takeOver(): void {
    this.#tty.stdin.setRawMode?.(true)
    this.#tty.stdout.write(ENTER)
    this.#shown = null
  }

  readonly #input = (text: string): void => this.#events.onInput(text)
  readonly #gone = (): void => this.#events.onGone()
  readonly #goOn = (): void => this.#takeOver()
}

/** A terminal that is gone cannot be given back: there is nobody to tell. */
function attempt(act: () => void): void {
  try {
    act()
  } catch {}
}

/** Alternate screen, no cursor, no wrapping at the right edge (a shrinking window would fold lines), blank. */
export const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J'

/** Undoes `ENTER` and an update that was cut off in the middle, and leaves the cursor where it was before. */
const LEAVE = '\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l'

// Synchronised update: the terminal shows all or nothing of it; those that do not know the mode ignore it.
const BEGIN = '\x1b[?2026h'
const END = '\x1b[?2026l'

/**
 * The bytes that turn a screen showing `before` into one showing `after`; empty where nothing changed.
 * Both hold one string a line, each as wide as the screen. `before` null, or of another height: everything is written.
 */
export function patch(before: readonly string[] | null, after: readonly string[]): string {
  const known = before?.length === after.length ? before : null
  const lines = after.flatMap((line, row) => (known?.[row] === line ? [] : [`\x1b[${row + 1};1H${line}`]))
  if (lines.length === 0) return ''
  return `${BEGIN}${known ? '' : '\x1b[0m\x1b[2J'}${lines.join('')}${END}`
}
