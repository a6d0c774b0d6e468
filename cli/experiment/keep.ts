/** Keeps the result of a run: at the flaky catalog that it was fired at, else in a folder of this machine. */

import { UserError } from '../../server/lib/user-error.ts'
import type { Control } from '../control/control.ts'
import { urlOption } from '../hint-address.ts'
import { EXIT, type Io } from '../io.ts'
import type { Result } from '../report/result.ts'
import { total } from '../report/stats/figures.ts'
import { english, type Words } from '../report/verdict/words.ts'

/** The server of a run. */
export interface ServerOfRun {
  readonly origin: string
  readonly control: Control
}

/** Where a result went. */
export interface KeptAt {
  readonly id: string
  /** The server that keeps it, or null for the folder of this machine. */
  readonly origin: string | null
  /** Whether its page lies beside it: not where the two are too large together for the server, nor in a folder. */
  readonly hasPage: boolean
}

/**
 * Keeps a result, or says once on the error stream why it could not: a run that was made is worth more than its place.
 * @param server the flaky catalog that was fired at, or null
 * @param words the language of the page that the server keeps beside it
 * @returns null where it is kept nowhere
 */
export async function keepResult(
  io: Io,
  result: Result,
  server: ServerOfRun | null,
  words: Words = english,
): Promise<KeptAt | null> {
  if (result.arms.every(arm => total(arm.outcomes) === 0)) return null
  const { redact } = await import('../runs/redact.ts')
  const shared = redact(result)
  if (!server) return store(io, shared, '')
  const left = await leave(server, shared, words)
  return 'id' in left
    ? { ...left, origin: server.origin }
    : store(io, shared, `${server.origin} did not keep the run (${left.why}). `)
}

async function leave(
  { origin, control }: ServerOfRun,
  result: Result,
  words: Words,
): Promise<{ id: string; hasPage: boolean } | { why: string }> {
  const [{ ServerStore }, { renderHtml }] = await Promise.all([
    import('../runs/server-store.ts'),
    import('../report/html/html.ts'),
  ])
  try {
    return await new ServerStore(origin, control).keep(result, renderHtml(result, { words }))
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.unreachable) return { why: 'it is gone, or keeps none' }
    const why = error instanceof Error ? error.message : String(error)
    return { why: why.includes('CHAOS_TOKEN') ? 'it takes them with its CHAOS_TOKEN only' : why }
  }
}

/** `complaint` is what happened before: a sentence and a space, or nothing. */
async function store(io: Io, result: Result, complaint: string): Promise<KeptAt | null> {
  const say = (sentence: string) => io.stderr.write(`chaos: ${complaint}${sentence}\n`)
  const { runsFolder } = io
  if (runsFolder === undefined) {
    if (complaint !== '') say('--json prints it whole')
    return null
  }
  const { LocalStore } = await import('../runs/local-store.ts')
  try {
    const id = await new LocalStore(runsFolder).keep(result, () => Number.parseInt(io.draw(), 36))
    if (complaint !== '') say(`It is in ${runsFolder}`)
    return { id, origin: null, hasPage: false }
  } catch (error) {
    const why = (error as { code?: string }).code ?? String(error)
    say(`${runsFolder} cannot be written (${why}), so the run is not kept; --no-keep says that it need not be`)
    return null
  }
}

/** What to type to see a kept run again, the command on a line of its own; `usual` is the URL of commands without `--url`. */
export function keptLines({ id, origin, hasPage }: KeptAt, usual: URL): string {
  const where = origin === null ? '' : urlOption(origin, usual)
  const without = origin === null || hasPage ? '' : ', without its page: the two are too large together for the server'
  return `\n  Kept as ${id}${without}. As a page to share:\n    npx chaos report ${id} -o ${id}.html${where}\n`
}
