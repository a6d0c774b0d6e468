/** A start that cannot go on, as one sentence that says what to do. */

export class StartFailure extends Error {
  override name = 'StartFailure'
  /** 2 where what was typed is wrong, 1 where the machine is in the way. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1, cause?: unknown) {
    super(message, { cause })
    this.exitCode = exitCode
  }
}

/** The code of a system or SQLite error, such as `EADDRINUSE`, or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
