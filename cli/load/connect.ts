/** Makes the connections of a client, plain or with TLS. */

import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import type { Clock } from '../../server/lib/clock.ts'

/** Where a connection leads, and what takes its bytes without a stream in between. */
export interface ConnectTo {
  readonly secure: boolean
  readonly hostname: string
  /** Whose certificate is asked for. */
  readonly servername: string
  readonly port: number
  readonly onread: OnReadOpts
}

/**
 * Makes a connection; calls back once, with an error or with a socket that is open.
 * @returns what gives it up while it is being made: nobody is called back then
 */
export type Connector = (
  to: ConnectTo,
  callback: (error: Error | null, socket: Socket | null) => void,
) => (() => void) | undefined

/** How long opening a connection may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000
/** After so long without a sign of life, the operating system asks for one. */
const PROBE_AFTER_MS = 60_000

/**
 * Connects over the network.
 * @param address an address of the name, so that it need not be asked for each time
 */
export function networkConnector(address: string | undefined, clock: Clock): Connector {
  let session: Buffer | undefined
  return ({ secure, hostname, servername, port, onread }, callback) => {
    const to = { host: address ?? hostname, port, onread }
    const socket: Socket = secure
      ? connectSecure({
          ...to,
          ...(isIP(servername) === 0 ? { servername } : {}),
          ALPNProtocols: ['http/1.1'],
          ...(session ? { session } : {}),
        })
      : connectPlain(to)
    if (secure) socket.on('session', (latest: Buffer) => (session = latest))
    const stopWaiting = clock.after(CONNECT_TIMEOUT_MS, () => {
      socket.destroy(Object.assign(new Error(`no connection to ${hostname}:${port}`), { code: 'ETIMEDOUT' }))
    })
    const fail = (error: Error) => {
      stopWaiting()
      callback(error, null)
    }
    socket
      .setNoDelay(true)
      .setKeepAlive(true, PROBE_AFTER_MS)
      .once('error', fail)
      .once(secure ? 'secureConnect' : 'connect', () => {
        stopWaiting()
        socket.off('error', fail)
        callback(null, socket)
      })
    return () => {
      stopWaiting()
      socket.destroy()
    }
  }
}
