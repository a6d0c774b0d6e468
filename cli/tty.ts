/** A terminal, as far as a full-screen command asks of it. */

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
