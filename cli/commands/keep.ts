/** Keeps the result of a run: at the flaky catalog that it was fired at, else in a folder of this machine. */

import type { Command } from 'commander'
import type { Control } from '../control.ts'
import type { Io } from '../io.ts'
import { total } from '../report/figures.ts'
import type { Result } from '../report/result.ts'

export interface KeepOptions {
  /** False for `--no-keep`. */
  readonly keep: boolean
}

export function keepOption(command: Command): Command {
  return command.option('--no-keep', 'do not keep the result (chaos runs ls lists those that are kept)')
}

/** The server of a run. */
export interface Keeper {
  readonly origin: string
  readonly control: Control
}

/**
 * Keeps a result and returns its id, or null where it was not kept. Whatever stands in the way is said once on the error
 * stream: a run that was made is worth more than its place.
 * @param keeper the flaky catalog that was fired at, or null
 */
export async function keepResult(
  io: Io,
  { keep }: KeepOptions,
  result: Result,
  keeper: Keeper | null,
): Promise<string | null> {
  if (!keep || result.arms.every(arm => total(arm.outcomes) === 0)) return null
  const refusal = keeper ? await leave(keeper, result) : null
  if (refusal !== null && 'id' in refusal) return refusal.id
  return store(io, result, refusal && `${keeper?.origin} did not keep the run (${refusal.why})`)
}

async function leave({ origin, control }: Keeper, result: Result): Promise<{ id: string } | { why: string }> {
  const [{ ServerRuns }, { renderHtml }] = await Promise.all([
    import('../runs/server-runs.ts'),
    import('../report/html.ts'),
  ])
  try {
    return { id: await new ServerRuns(origin, control).keep(result, renderHtml(result)) }
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) }
  }
}

async function store(io: Io, result: Result, complaint: string | null): Promise<string | null> {
  if (io.runsFolder === undefined) {
    if (complaint !== null) io.stderr.write(`chaos: ${complaint}\n`)
    return null
  }
  const { RunFolder } = await import('../runs/folder.ts')
  try {
    const id = await new RunFolder(io.runsFolder).keep(result, () => Number.parseInt(io.draw(), 36))
    if (complaint !== null) io.stderr.write(`chaos: ${complaint}: it is in ${io.runsFolder}\n`)
    return id
  } catch (error) {
    const { code } = error as { code?: string }
    const first = complaint === null ? 'the run was not kept' : `${complaint}, and it is nowhere else`
    io.stderr.write(
      `chaos: ${first}: ${io.runsFolder} cannot be written (${code ?? String(error)}); --no-keep says that it need not be\n`,
    )
    return null
  }
}

/** What to type to see a kept run again, each command on a line of its own; `target` is the URL where it is not the usual one. */
export function keptLines(id: string, target: URL | null): string {
  const where = target === null ? '' : ` -u ${target.origin}`
  return `\n  Kept as ${id}. As a page to share:\n    npx chaos report ${id} -o ${id}.html${where}\n`
}
