/** The circuits of a run in Redis, shared with other processes, and what is said when that is slow or gone. */

import { connect } from 'node:net'
import { withoutBrackets } from '../../server/lib/hostname.ts'
import type { CircuitEvent } from '../breaker/circuit.ts'
import { sanitized } from '../control/sanitize.ts'
import { type Io, usageError } from '../io.ts'
import type { ArmParts } from '../policy/arm.ts'

/** Circuits that other processes share, for as long as a run lasts. */
export interface SharedCircuits {
  readonly openCircuit: NonNullable<ArmParts['openCircuit']>
  close(): void
}

/** Milliseconds that a Redis may take to accept a connection, where one is looked for. */
const REACHED_WITHIN_MS = 500
const REDIS_PORT = 6_379

/** Whether something listens at the address of a Redis. */
export function reachesRedis(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect({ host: withoutBrackets(hostname), port: Number(port) || REDIS_PORT })
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(REACHED_WITHIN_MS, () => end(false))
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

/**
 * Opens the store at an address, and tells on stderr when it is lost and found. Null where no address was typed.
 * @param prefix what the keys begin with, for circuits that nobody else shares
 */
export async function openSharedCircuits(
  io: Io,
  url: string | undefined,
  prefix?: string,
): Promise<SharedCircuits | null> {
  if (url === undefined) return null
  const { openRedisCircuits } = await import('../breaker/redis/circuits.ts')
  const circuits = await openRedisCircuits(url, { clock: io.clock, prefix }).catch((error: Error) => {
    throw error.name === 'RedisUrlError' ? usageError(`--store ${error.message}.`) : error
  })
  return {
    openCircuit(settings, name) {
      const store = circuits.open(name, settings)
      store.listen(event => {
        const line = news(event)
        if (line !== null) io.stderr.write(`chaos: ${sanitized(line)}\n`)
      })
      return store
    },
    close: () => circuits.close(),
  }
}

function news(event: CircuitEvent): string | null {
  if (event.type === 'store-degraded')
    return `Redis is away (${event.why}): this process decides by a circuit of its own.`
  return event.type === 'store-recovered' ? 'Redis is back: the circuit is shared again.' : null
}
