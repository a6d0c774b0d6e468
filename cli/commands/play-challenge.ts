/** Has the server judge the client in a session, follows that to its end, and prints the report: for `chaos challenge` and for lessons. */

import { sleep } from '../../server/lib/clock.ts'
import type { Challenge, Control } from '../control/control.ts'
import type { Io } from '../io.ts'
import type { JudgedGrade } from '../options/grades.ts'
import { lookOf, type OutputOptions } from '../output.ts'
import { renderChallenge } from '../report/text/challenge.ts'
import { renderExpectations } from '../report/text/text.ts'
import { wrapText } from '../report/wrap.ts'

export interface ChallengeOptions extends OutputOptions {
  /** The session that the client names; it is made for the time of the challenge where it is not there. */
  readonly session?: string
  /** What stands beside the result. */
  readonly name?: string
  /** The client is a closed loop. */
  readonly closed?: boolean
}

/** Asked now and then while a client is waited for: true ends the challenge. */
export type GivesUp = (control: Control) => Promise<boolean>

/** Between two looks at a challenge. */
const LOOK_EVERY_MS = 500
/** Where there is no terminal, its state is said so often while it changes. */
const SAY_EVERY_MS = 10_000
const ERASE_LINE = '\r\u001b[2K'

/**
 * The challenge as it ended, of one exam or of all; when the user wants to stop, with what was judged by then. Everything is
 * put back, and a session that was made for it is gone.
 */
export async function judgeClient(
  io: Io,
  server: Control,
  exam: string | undefined,
  options: ChallengeOptions,
  givesUp?: GivesUp,
): Promise<Challenge> {
  const made = await makeSession(io, server, options)
  const control = options.session === undefined ? server : server.in(options.session)
  try {
    return await play(io, control, exam, options, givesUp)
  } finally {
    if (made !== null) await control.closeSession(made)
  }
}

/** Makes the session that is named where it is not there; its id, or null where there is nothing to make. */
async function makeSession(io: Io, control: Control, options: ChallengeOptions): Promise<string | null> {
  const { session } = options
  if (session === undefined || session === 'default' || (await control.session(session))) return null
  await control.openSession({ id: session })
  io.stderr.write(`${lookOf(io, options).words('challenge.made', { session })}\n`)
  return session
}

/** Follows a challenge to its end, or ends it when the user wants to stop, or the client is waited for no more. */
async function play(
  io: Io,
  control: Control,
  exam: string | undefined,
  { name, closed, lang = 'en' }: ChallengeOptions,
  givesUp: GivesUp | undefined,
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
      if (challenge.phase === 'waiting' && (await givesUp?.(control))) break
      await sleep(io.clock, LOOK_EVERY_MS, io.interrupted)
      if (!io.interrupted.aborted) challenge = await control.challenge(challenge.id, lang)
    }
  } catch (error) {
    // Ctrl-C cuts off whatever is being asked.
    if (!io.interrupted.aborted) throw error
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

/** Prints one JSON document, or the report of what was judged. */
export function printChallenge(
  io: Io,
  options: OutputOptions,
  challenge: Challenge,
  expectations: readonly JudgedGrade[] = [],
): void {
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ ...challenge, expectations })}\n`)
    return
  }
  const look = lookOf(io, options)
  if (io.interrupted.aborted) io.stdout.write(`${look.words('challenge.stopped')}\n`)
  else if (challenge.phase === 'stopped') io.stdout.write(`${challenge.says}\n`)
  const played = challenge.report.filter(
    ({ exam = null }) => exam === null || (challenge.played?.includes(exam) ?? true),
  )
  if (played.length > 0) io.stdout.write(renderChallenge(played, look))
  if (expectations.length > 0) io.stdout.write(`${renderExpectations(expectations, look)}\n`)
}
