/** `chaos status --watch`: the status again and again, on a terminal in its place, elsewhere one after the other. */

import { UserError } from '../../server/lib/user-error.ts'
import { EXIT, exitCode, type Io } from '../io.ts'
import { fit, ink, written } from '../live/line.ts'

/** One look at the server. */
export interface Look {
  /** For people. */
  readonly lines: readonly string[]
  /** For programs: one document. */
  readonly json: object
}

const EVERY_MS = 1_000

/**
 * Looks once a second until the user stops it. A server that goes away is said and waited for; one that was never there ends it.
 * @throws {UserError} with code 3 where nothing answers at the first look
 */
export async function watch(io: Io, json: boolean, look: () => Promise<Look>): Promise<number> {
  const draw = json ? documents(io) : io.stdout.isTTY ? inPlace(io) : changes(io)
  draw(await look())
  for (;;) {
    await pause(io)
    if (io.interrupted.aborted) return exitCode(io.interrupted)
    draw(await look().catch(lost))
  }
}

function lost(error: unknown): Look {
  if (!(error instanceof UserError) || error.exitCode !== EXIT.unreachable) throw error
  return { lines: [error.message, 'trying again every second'], json: { error: error.message } }
}

/** Every look is a line. */
function documents({ stdout }: Io) {
  return ({ json }: Look): void => stdout.write(`${JSON.stringify(json)}\n`)
}

/** A look that says what the last one said is left out. */
function changes({ stdout }: Io) {
  let last = ''
  return ({ lines }: Look): void => {
    const text = `${lines.join('\n')}\n`
    if (text !== last) stdout.write(last === '' ? text : `\n${text}`)
    last = text
  }
}

/** Writes over the last look, line by line and without blanking anything first, so that nothing flickers. */
function inPlace({ stdout }: Io) {
  let height = 0
  return ({ lines }: Look): void => {
    const cut = lines.map(line => `${written(fit([ink(line)], Math.max(1, stdout.columns - 1), false), false)}\x1b[K\n`)
    stdout.write(`${height > 0 ? `\x1b[${height}A\r` : ''}${cut.join('')}\x1b[J`)
    height = cut.length
  }
}

function pause({ clock, interrupted }: Io): Promise<void> {
  return new Promise(resolve => {
    if (interrupted.aborted) return resolve()
    const cancel = clock.after(EVERY_MS, done)
    interrupted.addEventListener('abort', done, { once: true })
    function done(): void {
      cancel()
      interrupted.removeEventListener('abort', done)
      resolve()
    }
  })
}
