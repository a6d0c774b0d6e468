/** What a user can do something about: one sentence that says what happened and what to type next, and an exit code. */

export class UserError extends Error {
  override name = 'UserError'
  /** 2 where what was typed is wrong, 1 where the machine is in the way; the command line has more: see its `EXIT`. */
  readonly exitCode: number

  constructor(message: string, exitCode = 1, cause?: unknown) {
    super(message, { cause })
    this.exitCode = exitCode
  }
}

/** The code of a system or SQLite error, such as `EADDRINUSE`, or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
