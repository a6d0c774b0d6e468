/** `chaos rate`: reads or sets the fail rate of a server, or of several at once. */

import { parseRate, rateNote } from '../../server/lib/units.ts'
import { EXIT, type Io, usageError } from '../io.ts'
import { jsonOption, type ServersOptions, serversOptions, sessionOption } from '../options/common.ts'
import type { Define } from './command.ts'

export const define: Define = (command, run, env) => {
  jsonOption(sessionOption(serversOptions(command, env), env))
    .argument('[percent]', 'the new rate, 0 to 100: 70, 70% or 0.5 (half a percent)')
    .action((percent, options) => run(io => rate(io, percent, options)))
}

/** `typed` is the new rate as it was typed, or undefined to read the present one. */
async function rate(io: Io, typed: string | undefined, { url: urls, session, json }: ServersOptions): Promise<number> {
  const wanted = typed === undefined ? null : percentOf(typed)
  const { controlFor } = await import('../control/control.ts')
  const servers = urls.map(url => ({ url, control: controlFor(io, url, session) }))
  const [only] = servers
  const { failRates, setFailRates } = await import('../control/fail-rates.ts')
  const one = servers.length === 1 ? only?.control : undefined
  let now: readonly number[]
  if (one) now = [await (wanted === null ? one.failRate() : one.setFailRate(wanted))]
  else now = await (wanted === null ? failRates(servers) : setFailRates(servers, wanted))
  const note = typed === undefined ? null : rateNote(typed)
  if (note !== null) io.stderr.write(`${note}\n`)
  const said = servers.map(({ url }, at) => ({ url: url.origin, failRate: now[at] ?? Number.NaN }))
  if (json) io.stdout.write(`${JSON.stringify(one ? { failRate: now[0] } : { servers: said })}\n`)
  else io.stdout.write(said.map(({ url, failRate }) => `${one ? '' : `${url}  `}${failRate} %\n`).join(''))
  return EXIT.ok
}

function percentOf(typed: string): number {
  try {
    return parseRate(typed)
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}
