/** `chaos session`: makes sessions of the server, lists them, and removes some. */

import type { Command } from 'commander'
import { formatDuration } from '../../server/lib/units.ts'
import type { Control } from '../control/control.ts'
import { EXIT, type Io } from '../io.ts'
import { jsonOption, type TargetOptions, targetOptions, word } from '../options/common.ts'
import type { Define } from './command.ts'

interface SessionCommandOptions extends TargetOptions {
  readonly json?: boolean
}

interface NewSessionOptions extends SessionCommandOptions {
  /** What people read beside the id. */
  readonly name?: string
}

export const define: Define = (command, run, env) => {
  const add = (name: string, about: string): Command =>
    jsonOption(targetOptions(command.command(name).description(about), env))
  add('new', 'make a session: settings, seed, clock and counts of its own')
    .argument('[id]', 'what commands and headers call it (default: a free one, or drawn where it has a --name)', word)
    .option('--name <name>', 'what people read beside its id, such as "José"')
    .action((id, options) => run(io => make(io, id, options)))
  add('ls', 'list the sessions of the server').action(options => run(io => list(io, options)))
  add('rm', 'remove sessions, and release what they hold')
    .argument('<names...>', 'the names of sessions')
    .action((names, options) => run(io => remove(io, names, options)))
}

async function make(io: Io, id: string | undefined, options: NewSessionOptions): Promise<number> {
  const control = await controlOf(io, options)
  const { name } = options
  const made = await control.openSession({
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
  })
  if (options.json) io.stdout.write(`${JSON.stringify(made)}\n`)
  else {
    const key = made.key === undefined ? '' : ` CHAOS_TOKEN=${made.key}`
    const called = made.name ? `, ${made.name}` : ''
    io.stdout.write(`made ${made.id}${called}; for all commands from here on: export CHAOS_SESSION=${made.id}${key}\n`)
  }
  return EXIT.ok
}

async function list(io: Io, options: SessionCommandOptions): Promise<number> {
  const sessions = await (await controlOf(io, options)).sessions()
  if (options.json) io.stdout.write(`${JSON.stringify({ sessions })}\n`)
  else {
    const width = Math.max(0, ...sessions.map(({ id }) => id.length))
    for (const { id, name, clockMs, arrivals, inFlight, scenario } of sessions) {
      const age = clockMs < 0 ? 'not begun' : formatDuration(Math.round(clockMs / 1_000) * 1_000)
      const called = name ? `, ${name}` : ''
      const playing = scenario === null ? '' : `, plays ${scenario}`
      io.stdout.write(
        `${id.padEnd(width)}  ${age.padStart(9)}  ${arrivals} requests, ${inFlight} under way${playing}${called}\n`,
      )
    }
  }
  return EXIT.ok
}

async function remove(io: Io, names: readonly string[], options: SessionCommandOptions): Promise<number> {
  const control = await controlOf(io, options)
  for (const name of names) await control.call('DELETE', `/chaos/sessions/${encodeURIComponent(name)}`)
  if (options.json) io.stdout.write(`${JSON.stringify({ removed: names })}\n`)
  else io.stdout.write(`removed ${names.join(', ')}\n`)
  return EXIT.ok
}

async function controlOf(io: Io, { url }: TargetOptions): Promise<Control> {
  const { controlFor } = await import('../control/control.ts')
  return controlFor(io, url)
}
