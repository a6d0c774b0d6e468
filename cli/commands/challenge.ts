/** `chaos challenge`: has the server judge the client in a session, says how far it is, and prints the report; and lists the results. */

import { Argument, Option } from 'commander'
import { EXAMS } from '../../server/challenge/exams.ts'
import { sleep } from '../../server/lib/clock.ts'
import type { Challenge, Control } from '../control/control.ts'
import { EXIT, exitCode, type Io } from '../io.ts'
import {
  outputOptions,
  type ServerOptions,
  sessionOption,
  type TargetOptions,
  targetOptions,
} from '../options/common.ts'
import { checkGrades, gradeRule, type JudgedGrade } from '../options/grades.ts'
import { lookOf, type OutputOptions } from '../output.ts'
import { renderChallenge } from '../report/text/challenge.ts'
import { renderExpectations } from '../report/text/text.ts'
import { wrapText } from '../report/wrap.ts'
import type { Define } from './command.ts'

interface ChallengeCommandOptions extends ServerOptions, OutputOptions {
  readonly json?: boolean
  readonly name?: string
  readonly closed?: boolean
  readonly expect?: ReturnType<typeof gradeRule>
}

/** Between two looks at a challenge. */
const LOOK_EVERY_MS = 500
/** Where there is no terminal, its state is said so often while it changes. */
const SAY_EVERY_MS = 10_000
const ERASE_LINE = '\r\u001b[2K'

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
  const { controlFor } = await import('../control/control.ts')
  const server = controlFor(io, options.url)
  await server.requireCatalog()
  const made = await makeSession(io, server, options)
  const control = options.session === undefined ? server : server.in(options.session)
  try {
    const judged = await play(io, control, exam, options)
    const expectations = checkGrades(options.expect ?? [], judged.grades)
    print(io, options, judged, expectations)
    const code = exitCode(io.interrupted)
    return code === EXIT.ok && expectations.some(({ passed }) => !passed) ? EXIT.expectation : code
  } finally {
    if (made !== null) await control.closeSession(made)
  }
}

/** Makes the session that is named where it is not there; its id, or null where there is nothing to make. */
async function makeSession(io: Io, control: Control, { session }: ChallengeCommandOptions): Promise<string | null> {
  if (session === undefined || session === 'default' || (await control.session(session))) return null
  await control.openSession({ id: session })
  io.stderr.write(`made the session ${session} until the challenge is over\n`)
  return session
}

/** Follows a challenge to its end, or ends it when the user wants to stop. */
async function play(
  io: Io,
  control: Control,
  exam: string | undefined,
  { name, closed, lang = 'en' }: ChallengeCommandOptions,
): Promise<Challenge> {
  const wish = {
    ...(exam === undefined ? {} : { exam }),
    ...(name === undefined ? {} : { name }),
    ...(closed ? { loop: 'closed' } : {}),
  }
  let challenge = await control.startChallenge(wish, lang)
  const state = stateLine(io)
  try {
    io.stderr.write(`${wrapText(challenge.asks, Math.min(100, io.stderr.columns)).join('\n')}\n`)
    while (!isOver(challenge) && !io.interrupted.aborted) {
      state.show(challenge)
      await sleep(io.clock, LOOK_EVERY_MS, io.interrupted)
      if (!io.interrupted.aborted) challenge = await control.challenge(challenge.id, lang)
    }
  } finally {
    state.end()
    if (!isOver(challenge)) await control.endChallenge(challenge.id)
  }
  // Of one that was ended in the middle the server says what it had judged by then; another may have removed it.
  return isOver(challenge) ? challenge : await control.endedChallenge(challenge, lang)
}

function isOver({ phase }: Challenge): boolean {
  return phase === 'done' || phase === 'stopped'
}

/** Shows the state: always anew on a terminal, elsewhere when the phase changes and now and then. */
function stateLine({ stderr, clock, env }: Io): { show(challenge: Challenge): void; end(): void } {
  const rewrites = stderr.isTTY && env.TERM !== 'dumb'
  let place = ''
  let saidAt = Number.NEGATIVE_INFINITY
  return {
    show({ phase, exam, says }) {
      if (rewrites) {
        stderr.write(`${ERASE_LINE}${says.slice(0, stderr.columns - 1)}`)
        return
      }
      const now = clock.now()
      if (place === `${phase} ${exam}` && now - saidAt < SAY_EVERY_MS) return
      place = `${phase} ${exam}`
      saidAt = now
      stderr.write(`${says}\n`)
    },
    end() {
      if (rewrites) stderr.write(ERASE_LINE)
    },
  }
}

function print(
  io: Io,
  options: ChallengeCommandOptions,
  challenge: Challenge,
  expectations: readonly JudgedGrade[],
): void {
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ ...challenge, expectations })}\n`)
    return
  }
  if (io.interrupted.aborted) io.stdout.write('stopped: everything is as it was\n')
  else if (challenge.phase === 'stopped') io.stdout.write(`${challenge.says}\n`)
  const look = lookOf(io, options)
  const played = challenge.report.filter(
    ({ exam = null }) => exam === null || (challenge.played?.includes(exam) ?? true),
  )
  if (played.length > 0) io.stdout.write(renderChallenge(played, look))
  if (expectations.length > 0) io.stdout.write(`${renderExpectations(expectations, look)}\n`)
}
