/** The tree of commands and their options. Each command imports what it needs when it runs, so that help is there at once. */

import { Command, CommanderError } from 'commander'
import { addCircuitOptions } from './commands/circuit-options.ts'
import { loadOptions, outputOptions, paceOptions, sessionOption, targetOptions } from './commands/options.ts'
import { CommandError, EXIT, type Io } from './io.ts'

/** Runs the command line `args` (without the names of node and of the script) and returns the exit code. */
export async function run(args: readonly string[], io: Io, version: string): Promise<number> {
  let code: number = EXIT.ok
  const program = tree(io, version, result => {
    code = result
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return failure(io, error)
  }
}

/** One sentence for what a user can do something about, the whole stack for a bug. */
function failure(io: Io, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof CommandError) {
    io.stderr.write(`chaos: ${error.message}\n`)
    return error.code
  }
  io.stderr.write(`chaos: this is a bug, please report it\n${error instanceof Error ? error.stack : String(error)}\n`)
  return EXIT.bug
}

type Report = (code: number) => void

function tree(io: Io, version: string, report: Report): Command {
  const program = new Command('chaos')
    .description('Drives a product catalog that fails on purpose, and shows what a circuit breaker does about it.')
    .version(version)
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(100, Math.max(60, io.stdout.columns)) })
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: text => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'chaos: ')),
    })
    .showSuggestionAfterError()
  addBurst(program, io, report)
  addCompare(program, io, report)
  addDemo(program, io, report)
  addLive(program, io, report)
  addKnobs(program, io, report)
  addServe(program, io, report)
  return program
}

function addBurst(program: Command, io: Io, report: Report): void {
  const command = program
    .command('burst')
    .description('fire requests at the catalog in batches and say what became of them')
    .option('--breaker', 'put a circuit breaker in front of the calls')
  addCircuitOptions(outputOptions(sessionOption(targetOptions(loadOptions(command, 100, 100)))))
  command.action(async options => {
    const { burst } = await import('./commands/burst.ts')
    report(await burst(io, options))
  })
}

function addCompare(program: Command, io: Io, report: Report): void {
  const command = program
    .command('compare')
    .description('send one schedule through several arms at once and lay the outcomes side by side')
    .option('--arms <list>', 'arms with commas between them, such as none,retry+breaker', 'none,breaker')
  addCircuitOptions(outputOptions(targetOptions(loadOptions(command, 300, 10))))
  command.action(async options => {
    const { compare } = await import('./commands/compare.ts')
    report(await compare(io, options))
  })
}

function addDemo(program: Command, io: Io, report: Report): void {
  outputOptions(
    program.command('demo').description('show on a server of its own when a breaker helps and when it hurts'),
  ).action(async options => {
    const { demo } = await import('./commands/demo.ts')
    report(await demo(io, options))
  })
}

function addLive(program: Command, io: Io, report: Report): void {
  const command = program
    .command('live')
    .description('watch the breaker at work on the whole terminal, with keys for the fail rate, the load and outages')
    .option('--arm <expression>', 'the arm that is watched, such as retry+breaker', 'breaker')
    .option('--auto', 'fire from the start')
    .option('--no-baseline', 'without the same requests unprotected beside it')
    .option('--ascii', 'draw with plain ASCII characters')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
  addCircuitOptions(sessionOption(targetOptions(paceOptions(command, 10))))
  command.action(async options => {
    const { live } = await import('./commands/live.ts')
    report(await live(io, options))
  })
}

function addKnobs(program: Command, io: Io, report: Report): void {
  sessionOption(targetOptions(program.command('rate')))
    .description('read the fail rate of the server, or set it')
    .argument('[percent]', 'the new rate, 0 to 100: 70, 70% or 0.5 (half a percent)')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (percent, options) => {
      const { rate } = await import('./commands/rate.ts')
      report(await rate(io, percent, options))
    })
  sessionOption(targetOptions(program.command('status')))
    .description('say what the server does at present and what it has counted')
    .option('--json', 'print one JSON document and nothing else')
    .action(async options => {
      const { status } = await import('./commands/status.ts')
      report(await status(io, options))
    })
  sessionOption(targetOptions(program.command('reset')))
    .description('put everything back to how the server booted')
    .action(async options => {
      const { reset } = await import('./commands/reset.ts')
      report(await reset(io, options))
    })
}

function addServe(program: Command, io: Io, report: Report): void {
  program
    .command('serve')
    .description('start the catalog server (the same as npm start)')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]', 'options of the server')
    .action(async (args: string[]) => {
      const { serve } = await import('./commands/serve.ts')
      report(await serve(io, args))
    })
}
