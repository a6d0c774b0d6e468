/** The tree of commands. What a command takes and does is imported only for the command that was typed, so that help is there at once. */

import { createRequire } from 'node:module'
import type { Command } from 'commander'
import type { Define, Run } from './commands/command.ts'
import { EXIT, type Io, type Streams } from './io.ts'
import { DESCRIPTION, topHelp } from './top-help.ts'

/** Loaded when there is something to parse. As an import it would be read twice: once for its names, once to run. */
function library(): typeof import('commander') {
  return createRequire(import.meta.url)('commander')
}

interface Entry {
  readonly about: string
  readonly load: () => Promise<{ readonly define: Define }>
}

/** Every command, in the order of the help. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  demo: {
    about: 'show on a server of its own when a breaker helps and when it hurts',
    load: () => import('./commands/demo.ts'),
  },
  serve: {
    about: 'start the catalog server (the same as npm start)',
    load: () => import('./commands/serve.ts'),
  },
  burst: {
    about: 'fire requests at the catalog in batches and say what became of them',
    load: () => import('./commands/burst.ts'),
  },
  compare: {
    about: 'send one schedule through several arms at once and lay the outcomes side by side',
    load: () => import('./commands/compare.ts'),
  },
  simulate: {
    about: 'work out in a moment, without a server, what compare would show',
    load: () => import('./commands/simulate.ts'),
  },
  report: {
    about: 'write a kept run as text, JSON, CSV, Markdown, a page, a k6 script or a locustfile',
    load: () => import('./commands/report.ts'),
  },
  runs: {
    about: 'list, show and forget the runs that were kept',
    load: () => import('./commands/runs.ts'),
  },
  diff: {
    about: 'lay two kept runs side by side',
    load: () => import('./commands/diff.ts'),
  },
  sweep: {
    about: 'try many settings of the breaker, and say which ones nothing else beats',
    load: () => import('./commands/sweep.ts'),
  },
  tune: {
    about: 'look for the breaker settings that are worth most on other days, in virtual time',
    load: () => import('./commands/tune.ts'),
  },
  live: {
    about: 'watch the breaker at work on the whole terminal, with keys for the fail rate, the load and outages',
    load: () => import('./commands/live.ts'),
  },
  scenario: {
    about: 'list, explain, play and stop the scenarios of the server',
    load: () => import('./commands/scenario.ts'),
  },
  session: {
    about: 'make, list and remove sessions of the server: settings and counts of their own',
    load: () => import('./commands/session.ts'),
  },
  challenge: {
    about: 'judge your own client, in any language, by what reaches the server in its session',
    load: () => import('./commands/challenge.ts'),
  },
  lesson: {
    about: 'play a lesson: a sentence, a guess, a run, and what became of the guess',
    load: () => import('./commands/lesson.ts'),
  },
  rate: {
    about: 'read the fail rate of the server, or of several, or set it',
    load: () => import('./commands/rate.ts'),
  },
  status: {
    about: 'say what the server does at present and what it has counted',
    load: () => import('./commands/status.ts'),
  },
  reset: {
    about: 'put everything back to how the server booted',
    load: () => import('./commands/reset.ts'),
  },
}

/**
 * Runs the command line `args` (without the names of node and of the script) and returns the exit code.
 * @param prepare is asked for the rest of the process where a command is named: help needs the streams alone
 */
export async function run(
  args: readonly string[],
  streams: Streams,
  version: string,
  prepare: () => Promise<Io>,
): Promise<number> {
  const width = Math.min(100, Math.max(60, streams.stdout.columns))
  if (args.length === 1 && (args[0] === '--help' || args[0] === '-h')) {
    streams.stdout.write(
      topHelp(
        Object.entries(COMMANDS).map(([name, { about }]) => [name, about]),
        width,
      ),
    )
    return EXIT.ok
  }
  let io: Io | null = null
  let code: number = EXIT.ok
  try {
    if (args.some(arg => Object.hasOwn(COMMANDS, arg))) io = await prepare()
    const program = await tree(args, streams, { version, width, env: io?.env ?? {} }, async act => {
      code = await act(io ?? (await prepare()))
    })
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof library().CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const { failure } = await import('./failure.ts')
    return await failure(streams.stderr, io?.interrupted ?? null, error)
  }
}

async function tree(
  args: readonly string[],
  io: Streams,
  { version, width, env }: { readonly version: string; readonly width: number; readonly env: Io['env'] },
  run: Run,
): Promise<Command> {
  const { complain } = await import('./failure.ts')
  const { Command } = library()
  const program = new Command('chaos')
    .description(DESCRIPTION)
    .version(version)
    .exitOverride()
    .configureHelp({ helpWidth: width })
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: text => io.stderr.write(text),
      outputError: text => complain(io.stderr, text.replace(/^error: /, 'chaos: ')),
    })
    .showSuggestionAfterError()
  for (const [name, { about, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(about)
    if (!args.includes(name)) continue
    const [{ define }, { exampleHelp }, { groupOptions }] = await Promise.all([
      load(),
      import('./commands/help.ts'),
      import('./commands/option-groups.ts'),
    ])
    define(command, run, env)
    groupOptions(command)
    command.addHelpText('after', exampleHelp(name))
    for (const each of [command, ...command.commands]) {
      const names = each === command ? name : `${name} ${each.name()}`
      each.showHelpAfterError(`To see all that it takes: npx chaos ${names} --help`)
    }
  }
  return program
}
