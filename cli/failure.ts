/** What is said when a command cannot do what was typed, and the exit code of that. */

import { ownLimit } from '../server/lib/own-limit.ts'
import { UserError } from '../server/lib/user-error.ts'
import { sanitized } from './control/sanitize.ts'
import { EXIT, exitCode, type Output } from './io.ts'
import { wrapText } from './report/wrap.ts'

/** Writes sentences; a terminal would break them inside of words. */
export function complain(output: Output, text: string): void {
  const lines = text.replace(/\n$/, '').split('\n')
  const broken = output.isTTY ? lines.flatMap(line => wrapText(line, output.columns)) : lines
  output.write(`${broken.join('\n')}\n`)
}

/** One sentence for what a user can do something about, the whole stack for a bug. */
export async function failure(stderr: Output, interrupted: AbortSignal | null, error: unknown): Promise<number> {
  if (error instanceof UserError) {
    if (error.exitCode === EXIT.unreachable && interrupted?.aborted) return exitCode(interrupted)
    // What a server, a Redis or a file says may be part of it.
    complain(stderr, `chaos: ${sanitized(error.message)}\n`)
    return error.exitCode
  }
  if (error instanceof Error && ownLimit(error) === 'open-files') {
    const why = 'this machine lets the command open no more files (EMFILE): raise the limit, see ulimit -n.'
    complain(stderr, `chaos: ${why}\n`)
    return EXIT.usage
  }
  const { UnitError } = await import('../server/lib/units.ts')
  if (error instanceof UnitError) {
    complain(stderr, `chaos: ${sanitized(error.message)}.\n`)
    return EXIT.usage
  }
  const { CircuitOptionsError } = await import('./breaker/options.ts')
  if (error instanceof CircuitOptionsError) {
    complain(stderr, `chaos: ${error.message}.\n`)
    return EXIT.usage
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  stderr.write(`chaos: this is a bug, please report it\n${sanitized(what)}\n`)
  return EXIT.bug
}
