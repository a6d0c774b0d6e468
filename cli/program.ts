/** The tree of commands. What a command takes and does is imported only for the command that was typed, so that help is there at once. */

import { Command, CommanderError } from 'commander'
import { ownLimit } from '../server/lib/own-limit.ts'
import { UserError } from '../server/lib/user-error.ts'
import type { Define, Run } from './commands/command.ts'
import { EXIT, exitCode, type Io, type Output } from './io.ts'
import { wrapText } from './report/wrap.ts'

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

/** Runs the command line `args` (without the names of node and of the script) and returns the exit code. */
export async function run(args: readonly string[], io: Io, version: string): Promise<number> {
  let code: number = EXIT.ok
  try {
    const program = await tree(args, io, version, async act => {
      code = await act(io)
    })
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return await failure(io, error)
  }
}

async function tree(args: readonly string[], io: Io, version: string, run: Run): Promise<Command> {
  const program = new Command('chaos')
    .description('Drives a product catalog that fails on purpose, and shows what a circuit breaker does about it.')
    .version(version)
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(100, Math.max(60, io.stdout.columns)) })
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
    define(command, run, io.env)
    groupOptions(command)
    command.addHelpText('after', exampleHelp(name))
    for (const each of [command, ...command.commands]) {
      const names = each === command ? name : `${name} ${each.name()}`
      each.showHelpAfterError(`To see all that it takes: npx chaos ${names} --help`)
    }
  }
  return program
}

/** Writes sentences; a terminal would break them inside of words. */
function complain(output: Output, text: string): void {
  const lines = text.replace(/\n$/, '').split('\n')
  const broken = output.isTTY ? lines.flatMap(line => wrapText(line, output.columns)) : lines
  output.write(`${broken.join('\n')}\n`)
}

/** One sentence for what a user can do something about, the whole stack for a bug. */
async function failure(io: Io, error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const { sanitized } = await import('./control/sanitize.ts')
  if (error instanceof UserError) {
    if (error.exitCode === EXIT.unreachable && io.interrupted.aborted) return exitCode(io.interrupted)
    // What a server, a Redis or a file says may be part of it.
    complain(io.stderr, `chaos: ${sanitized(error.message)}\n`)
    return error.exitCode
  }
  const { UnitError } = await import('../server/lib/units.ts')
  if (error instanceof UnitError) {
    complain(io.stderr, `chaos: ${sanitized(error.message)}.\n`)
    return EXIT.usage
  }
  if (error instanceof Error && ownLimit(error) === 'open-files') {
    const why = 'this machine lets the command open no more files (EMFILE): raise the limit, see ulimit -n.'
    complain(io.stderr, `chaos: ${why}\n`)
    return EXIT.usage
  }
  const { CircuitOptionsError } = await import('./breaker/options.ts')
  if (error instanceof CircuitOptionsError) {
    complain(io.stderr, `chaos: ${error.message}.\n`)
    return EXIT.usage
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  io.stderr.write(`chaos: this is a bug, please report it\n${sanitized(what)}\n`)
  return EXIT.bug
}
