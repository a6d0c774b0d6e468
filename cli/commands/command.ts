/** What each file of this folder exports, `define`, and what several commands do in the same way. */

import type { Command } from 'commander'
import type { Io } from '../io.ts'
import type { TargetOptions } from '../options/common.ts'
import type { RunLibrary } from '../runs/run-library.ts'

/** Runs a command with what it needs of the process, and keeps its exit code. */
export type Run = (act: (io: Io) => Promise<number>) => Promise<void>

/**
 * Adds arguments, options and the action to a command. What only the action needs is imported when it runs, so that
 * help is there at once.
 */
export type Define = (command: Command, run: Run, env: Io['env']) => void

/** Whether the server of a command was named, by `--url` or by CHAOS_URL: whoever says it wants that server. */
export function isNamed(command: Command, env: Io['env']): boolean {
  return Boolean(env.CHAOS_URL) || command.getOptionValueSource('url') === 'cli'
}

/** Tells whether an option was typed, or is at its default. */
export function typedOptions(command: Command): (name: string) => boolean {
  return name => command.getOptionValueSource(name) === 'cli'
}

/** What an experiment needs of the process. */
export function processContext({ clock, wallMs, draw, interrupted, days }: Io) {
  return { clock, wallMs, draw, signal: interrupted, days }
}

/**
 * The kept runs: those of the server, where one is there, and those of this machine.
 * @param named whether the server was named: then it must be there
 * @throws {UserError} with code 3 for a server that was named and does not answer
 */
export async function openLibrary(io: Io, { url }: TargetOptions, named: boolean): Promise<RunLibrary> {
  const [{ controlFor }, { LocalStore }, { RunLibrary }, { ServerStore }] = await Promise.all([
    import('../control/control.ts'),
    import('../runs/local-store.ts'),
    import('../runs/run-library.ts'),
    import('../runs/server-store.ts'),
  ])
  const control = controlFor(io, url)
  const hello = named ? await control.requireCatalog() : await control.hello().catch(() => null)
  return new RunLibrary(
    [
      ...(hello ? [new ServerStore(url.origin, control)] : []),
      ...(io.runsFolder === undefined ? [] : [new LocalStore(io.runsFolder)]),
    ],
    io.interrupted,
  )
}
