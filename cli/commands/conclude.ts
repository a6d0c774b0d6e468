/** How a command that made a run ends: what it prints, and its exit code. */

import { type KeptAt, keptLines } from '../experiment/keep.ts'
import { EXIT, exitCode, type Io } from '../io.ts'
import { usualUrl } from '../options/common.ts'
import { type OutputOptions, printResult } from '../output.ts'
import type { Result } from '../report/result.ts'

/** Prints, and chooses the exit code: an interruption goes before a session that vanished, and that before an expectation. */
export function conclude(io: Io, options: OutputOptions, result: Result, kept: KeptAt | null): number {
  printResult(io, options, result)
  if (kept && !options.json) io.stdout.write(keptLines(kept, usualUrl(io.env)))
  const code = exitCode(io.interrupted)
  if (code === EXIT.ok && result.vanished) return EXIT.unreachable
  const failed = result.expectations?.some(expectation => !expectation.passed)
  return code === EXIT.ok && failed ? EXIT.expectation : code
}
