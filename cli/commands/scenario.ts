/** `chaos scenario`: which scenarios the server has, what one does, and playing one for everybody. */

import type { Command } from 'commander'
import { sleep } from '../../server/lib/clock.ts'
import { formatDuration } from '../../server/lib/units.ts'
import type { Control, ScenarioRun } from '../control/control.ts'
import { EXIT, exitCode, type Io, usageError } from '../io.ts'
import { jsonOption, type ServerOptions, sessionOption, targetOptions } from '../options/common.ts'
import { wrapText } from '../report/wrap.ts'
import type { Define } from './command.ts'

export const define: Define = (command, run, env) => {
  const add = (name: string, about: string): Command =>
    jsonOption(sessionOption(targetOptions(command.command(name).description(about), env), env))
  add('ls', 'list the scenarios of the server').action(options => run(io => list(io, options)))
  add('show', 'say what a scenario does')
    .argument('<name>', 'the name of a scenario')
    .action((name, options) => run(io => show(io, name, options)))
  add('run', 'play a scenario in the session until it is over, for whoever fires at it')
    .argument('<name>', 'the name of a scenario')
    .action((name, options) => run(io => play(io, name, options)))
  add('stop', 'stop what is being played')
    .argument('[id]', 'the id of a run (default: all of the session, or of all sessions)')
    .action((id, options) => run(io => stop(io, id, options)))
}

async function list(io: Io, options: ServerOptions): Promise<number> {
  const scenarios = await (await controlOf(io, options)).scenarios()
  if (options.json) io.stdout.write(`${JSON.stringify({ scenarios })}\n`)
  else {
    const width = Math.max(0, ...scenarios.map(({ name }) => name.length))
    for (const { name, title, lastsMs } of scenarios) {
      io.stdout.write(`${name.padEnd(width)}  ${formatDuration(lastsMs).padStart(5)}  ${title}\n`)
    }
  }
  return EXIT.ok
}

async function show(io: Io, name: string, options: ServerOptions): Promise<number> {
  const whole = await (await controlOf(io, options)).scenario(name)
  if (options.json) {
    io.stdout.write(`${JSON.stringify(whole)}\n`)
    return EXIT.ok
  }
  const { title, about, load, timeline, expect } = whole.scenario
  const { arms, retries: _, ...schedule } = load
  const paragraphs = [
    [title, ...wrapText(about, Math.min(100, io.stdout.columns))],
    [`lasts ${formatDuration(whole.lastsMs)}; arms ${arms.join(', ')}`, `load ${describe(schedule)}`],
    timeline.map(({ at, for: lasts, mark, ...does }) => {
      const when = lasts === undefined ? String(at) : `${String(at)}, for ${String(lasts)}`
      return `${when}: ${[mark, describe(does)].filter(Boolean).join(': ')}`
    }),
    expect.map(text => `expects ${text}`),
    [`chaos compare --scenario ${name}`],
  ]
  io.stdout.write(
    `${paragraphs
      .filter(lines => lines.length > 0)
      .map(lines => lines.join('\n'))
      .join('\n\n')}\n`,
  )
  return EXIT.ok
}

/** Plays a scenario in the session until it is over or the user stops it, and takes back what it set. */
async function play(io: Io, name: string, options: ServerOptions): Promise<number> {
  const control = await controlOf(io, options)
  await control.scenario(name)
  const playing = await control.play(name)
  try {
    if (!options.json)
      io.stdout.write(`playing ${name} in session ${playing.session} for ${lasts(playing)}; Ctrl-C stops it\n`)
    await sleep(io.clock, playing.lastsMs - playing.atMs, io.interrupted)
  } finally {
    await control.stopRun(playing.id)
  }
  if (options.json) io.stdout.write(`${JSON.stringify(playing)}\n`)
  else io.stdout.write(`${io.interrupted.aborted ? 'stopped' : 'over'}: everything is as it was\n`)
  return exitCode(io.interrupted)
}

/** Stops what is being played in the session, or in all of them. */
async function stop(io: Io, id: string | undefined, options: ServerOptions): Promise<number> {
  const control = await controlOf(io, options)
  const runs = await control.runs()
  const chosen = runs.filter(run =>
    id === undefined ? run.session === (options.session ?? run.session) : run.id === id,
  )
  if (id !== undefined && chosen.length === 0) {
    const names = runs.map(run => `${run.id} (${run.scenario})`).join(', ')
    throw usageError(`no run is called "${id}": there ${names === '' ? 'is none' : `are ${names}`}.`)
  }
  for (const { id } of chosen) await control.stopRun(id)
  if (options.json) io.stdout.write(`${JSON.stringify({ stopped: chosen.map(run => run.id) })}\n`)
  else
    io.stdout.write(
      chosen.length === 0 ? 'nothing is being played\n' : `stopped ${chosen.map(run => run.scenario).join(', ')}\n`,
    )
  return EXIT.ok
}

async function controlOf(io: Io, { url, session }: ServerOptions): Promise<Control> {
  const { controlFor } = await import('../control/control.ts')
  return controlFor(io, url, session)
}

function lasts({ lastsMs, atMs }: ScenarioRun): string {
  return formatDuration(lastsMs - atMs)
}

function describe(value: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(value)
  return text === '{}' ? '' : text.slice(1, -1).replaceAll('"', '').replaceAll(',', ', ').replaceAll(':', ' ')
}
