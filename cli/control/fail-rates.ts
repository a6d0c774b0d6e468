/** The fail rate of several servers at once: all of them take it, or none keeps it. */

import { UserError } from '../../server/lib/user-error.ts'
import type { Control } from './control.ts'

/** A server by its address. */
export interface NamedControl {
  readonly url: URL
  readonly control: Pick<Control, 'requireSession' | 'failRate' | 'previewFailRate' | 'setFailRate' | 'patch'>
}

/** Sources of a value that was not set in the session itself: given back, the member shows it again. */
const BENEATH: ReadonlySet<string | undefined> = new Set(['default', 'env', 'inherited'])

/**
 * The fail rates in force, in percent, in the order of the servers.
 * @throws {UserError} naming every server that refused, with the exit code of the first
 */
export async function failRates(servers: readonly NamedControl[]): Promise<readonly number[]> {
  return taken(servers, await ask(servers, ({ control }) => control.failRate()), 'did not say its fail rate')
}

/**
 * Sets the fail rate of every server and returns what each made of it. All are asked first whether they would take it;
 * where one refuses after that, those that have taken it are put back.
 * @throws {UserError} naming every server that refused, and any that could not be put back, with the exit code of the first
 */
export async function setFailRates(servers: readonly NamedControl[], failRate: number): Promise<readonly number[]> {
  const asked = await ask(servers, async ({ control }) => {
    const { settings, provenance } = await control.requireSession()
    await control.previewFailRate(failRate)
    return BENEATH.has(provenance.failRate?.source) ? null : settings.failRate
  })
  const before = taken(servers, asked, 'refused, and nothing was changed')
  const set = await ask(servers, ({ control }) => control.setFailRate(failRate))
  if (set.every(isTaken)) return taken(servers, set, '')
  const changed = servers.flatMap((server, at) => (set[at]?.status === 'fulfilled' ? [{ server, at }] : []))
  const back = await ask(
    changed.map(({ server }) => server),
    ({ control }, at) => control.patch({ failRate: before[changed[at]?.at ?? -1] }),
  )
  const stuck = changed.filter((_, at) => back[at]?.status === 'rejected').map(({ server }) => server.url.origin)
  const left =
    stuck.length === 0
      ? 'refused, and the others were put back'
      : `refused, and ${stuck.join(', ')} could not be put back and stays at ${failRate} %`
  return taken(servers, set, left)
}

function ask<T>(
  servers: readonly NamedControl[],
  what: (server: NamedControl, at: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(servers.map(what))
}

const isTaken = <T>(result: PromiseSettledResult<T>): result is PromiseFulfilledResult<T> =>
  result.status === 'fulfilled'

/** The answers, where there are as many as servers. */
function taken<T>(servers: readonly NamedControl[], results: readonly PromiseSettledResult<T>[], what: string): T[] {
  const refusals = results.flatMap((result, at) => (isTaken(result) ? [] : [{ at, reason: result.reason as unknown }]))
  const first = refusals[0]?.reason
  if (first === undefined) return results.filter(isTaken).map(({ value }) => value)
  const bug = refusals.find(({ reason }) => !(reason instanceof UserError))
  if (bug) throw bug.reason
  const each = refusals.map(({ at, reason }) => `${servers[at]?.url.origin}: ${(reason as UserError).message}`)
  const said = `${refusals.length} of ${servers.length} servers ${what}.\n${each.join('\n')}`
  throw new UserError(said, (first as UserError).exitCode)
}
