/** What a command gets of the process: its streams, its environment, its clock, and the wish of its user to stop. */

import type { Clock } from '../server/lib/clock.ts'
import { UserError } from '../server/lib/user-error.ts'

/** How much work other days may be. */
export interface DaysBudget {
  readonly count: number
  /** Milliseconds after the run; no end where it is not given. */
  readonly budgetMs?: number | undefined
}

/** Where text goes. */
export interface Output {
  write(text: string): void
  readonly isTTY: boolean
  /** Columns of the terminal, 80 where nobody knows. */
  readonly columns: number
}

/** Where the two kinds of text go. */
export interface Streams {
  readonly stdout: Output
  readonly stderr: Output
}

export interface Io extends Streams {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the file of variables says: the address, where it is the one that holds, and the token. */
  readonly envFile?: { readonly url: string | undefined; readonly token: string | undefined } | undefined
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** A fresh word for seeds and session names. */
  readonly draw: () => string
  /** Aborts when the user wants to stop; its reason is `SIGINT`, `SIGTERM`, `SIGHUP`, or `SIGPIPE` where nobody reads on. */
  readonly interrupted: AbortSignal
  /** The folder where runs are kept that no server keeps; nothing is kept on this machine without it. */
  readonly runsFolder?: string | undefined
  /** How many other days of a run are worked out, and how long that may take; the standard where it is not given, none for null. */
  readonly days?: DaysBudget | null | undefined
  /** Keyboard and screen, for what takes over the whole terminal. Asked for late: an open keyboard keeps a process alive. */
  readonly tty?: () => Tty
}

/** What a full-screen command needs of a process; `process` itself is one. */
export interface Tty {
  readonly stdin: TtyInput
  readonly stdout: TtyOutput
  /** `exit`: the process ends, in whatever way it can still say so; the last moment to write, and only synchronously. */
  once(event: 'exit', listener: () => void): unknown
  /** `SIGCONT`: the process goes on after it was stopped, with the screen as the shell left it. */
  on(event: 'SIGCONT', listener: () => void): unknown
  off(event: 'exit' | 'SIGCONT', listener: () => void): unknown
}

interface TtyInput {
  readonly isTTY?: boolean
  setRawMode?(on: boolean): unknown
  setEncoding(encoding: 'utf8'): unknown
  on(event: 'data' | 'end' | 'error', listener: (data: string) => void): unknown
  off(event: 'data' | 'end' | 'error', listener: (data: string) => void): unknown
  resume(): unknown
  pause(): unknown
}

interface TtyOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  readonly writableNeedDrain?: boolean
  write(bytes: string): unknown
  on(event: 'resize' | 'error', listener: () => void): unknown
  off(event: 'resize' | 'error', listener: () => void): unknown
}

/** Exit codes: what a script can tell from the end of a command. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  unreachable: 3,
  expectation: 99,
  sighup: 129,
  sigint: 130,
  sigterm: 143,
} as const

/** What was typed cannot be done. */
export function usageError(message: string): UserError {
  return new UserError(message, EXIT.usage)
}

/** The code of a command that did its work, or was stopped in the middle of it. */
export function exitCode(interrupted: AbortSignal): number {
  if (!interrupted.aborted || interrupted.reason === 'SIGPIPE') return EXIT.ok
  if (interrupted.reason === 'SIGHUP') return EXIT.sighup
  return interrupted.reason === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint
}
