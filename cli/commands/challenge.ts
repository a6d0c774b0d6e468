/** `chaos challenge`: has the server judge the client in a session, says how far it is, and prints the report; and lists the results. */

import { Argument, Option } from 'commander'
import { EXAMS } from '../../server/challenge/exams.ts'
import { EXIT, exitCode, type Io } from '../io.ts'
import {
  outputOptions,
  type ServerOptions,
  sessionOption,
  type TargetOptions,
  targetOptions,
} from '../options/common.ts'
import { checkGrades, gradeRule } from '../options/grades.ts'
import { lookOf, type OutputOptions } from '../output.ts'
import type { Define } from './command.ts'

interface ChallengeCommandOptions extends ServerOptions, OutputOptions {
  readonly json?: boolean
  readonly name?: string
  readonly closed?: boolean
  readonly expect?: ReturnType<typeof gradeRule>
}

export const define: Define = (command, run, env) => {
  outputOptions(sessionOption(targetOptions(command, env), env, 'the session that your client names'))
    .addArgument(new Argument('[exam]', 'one exam alone (default: all, in about three minutes)').choices(EXAMS))
    .option('--name <name>', 'what stands beside the result (default: the session)')
    .option('--closed', 'your client is a closed loop: it sends the next request when one is answered')
    .addOption(
      new Option(
        '--expect <expectation>',
        'such as "overall>=B"; may be repeated; exit code 99 if one fails',
      ).argParser(gradeRule),
    )
    .action((exam, options) => run(io => judge(io, exam, options)))
  const ls = command.command('ls').description('the leaderboard: results, the best first')
  // Options of both names are taken by the command above, wherever they stand.
  outputOptions(targetOptions(ls, env)).action(options => run(io => list(io, { ...options, ...command.opts() })))
}

async function list(io: Io, options: TargetOptions & OutputOptions): Promise<number> {
  const [{ controlFor }, { sanitized }, { wordsIn }, { renderLeaderboard }] = await Promise.all([
    import('../control/control.ts'),
    import('../control/sanitize.ts'),
    import('../../server/challenge/report.ts'),
    import('../report/text/leaderboard.ts'),
  ])
  const challenges = await controlFor(io, options.url).challenges()
  if (options.json) io.stdout.write(`${JSON.stringify({ challenges })}\n`)
  else {
    const rows = challenges.map(each => ({ ...each, name: sanitized(each.name), session: sanitized(each.session) }))
    io.stdout.write(renderLeaderboard(rows, lookOf(io, options), wordsIn(options.lang ?? 'en')))
  }
  return EXIT.ok
}

async function judge(io: Io, exam: string | undefined, options: ChallengeCommandOptions): Promise<number> {
  const [{ controlFor }, { judgeClient, printChallenge }] = await Promise.all([
    import('../control/control.ts'),
    import('./play-challenge.ts'),
  ])
  const server = controlFor(io, options.url)
  await server.requireCatalog()
  const judged = await judgeClient(io, server, exam, options)
  const expectations = checkGrades(options.expect ?? [], judged.grades)
  printChallenge(io, options, judged, expectations)
  const code = exitCode(io.interrupted)
  return code === EXIT.ok && expectations.some(({ passed }) => !passed) ? EXIT.expectation : code
}
