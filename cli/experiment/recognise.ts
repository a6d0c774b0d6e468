/** Finds out what a run fires at: reaches the server, and recognises a flaky catalog by its control plane. */

import { needsSessions } from '../../server/experiments/conditions.ts'
import type { Conditions, ExperimentSpec } from '../../server/experiments/spec.ts'
import { isThisMachine } from '../address.ts'
import { type Control, controlFor, type Hello, Locked, unreachable, WrongAddress } from '../control/control.ts'
import { EXCHANGE_MS } from '../control/exchange.ts'
import { type Io, usageError } from '../io.ts'
import {
  addressesOf,
  catalogTarget,
  type RequestParts,
  reachableAddress,
  type Target,
  urlTarget,
} from '../load/target.ts'

/** Which target is meant: the catalog of the server at `url`, or `exactly` one URL. */
export interface RecogniseOptions {
  readonly url: URL
  readonly exactly?: URL | undefined
  readonly request?: ExperimentSpec['request'] | undefined
  /** Fires at other machines too. */
  readonly allowRemote?: boolean | undefined
  /** What is to go wrong; only a flaky catalog can be told so. */
  readonly conditions?: Conditions
}

export interface RecognisedTarget {
  readonly target: Target
  readonly control: Control
  /** What the control plane says of itself; null where the target is no flaky catalog. */
  readonly hello: Hello | null
}

/**
 * The target, with an address that answers, and the control plane where it is a flaky catalog.
 * @throws {UserError} with code 3 where nothing answers; with code 2 for the machine of others without `allowRemote`, and for
 * conditions that nobody there can be told
 */
export async function recogniseTarget(io: Io, options: RecogniseOptions): Promise<RecognisedTarget> {
  const { exactly, allowRemote, conditions } = options
  const request = options.request && partsOf(options.request)
  const url = exactly ?? options.url
  const failed = (error: unknown): never => {
    throw unreachable(url, error)
  }
  const addresses = await inTime(io, addressesOf(url)).catch(failed)
  if (!allowRemote && !addresses.every(address => isThisMachine(address))) {
    throw usageError(
      `${url.hostname} is another machine, and load that its owner did not ask for is an attack: if it is yours, add --allow-remote`,
    )
  }
  const address = await inTime(io, reachableAddress(url, addresses)).catch(failed)
  const control = controlFor(io, url)
  const wantsSessions = conditions !== undefined && needsSessions(conditions)
  const hello = await control.hello().catch(error => {
    // A locked server serves its catalog all the same; one that refuses its address would refuse every request.
    if (io.interrupted.aborted || (error instanceof WrongAddress && !exactly)) throw error
    if (!(error instanceof Locked)) return null
    if (wantsSessions) throw error
    if (!exactly) io.stderr.write(`chaos: ${error.message}: only its catalog is used meanwhile\n`)
    return null
  })
  if (!hello && wantsSessions) {
    throw usageError(`${url.origin} is no flaky catalog, and only one can be told to fail: leave that out.`)
  }
  const target = exactly ? urlTarget(exactly, request) : catalogTarget(url, request)
  return { target: { ...target, address, expectsJson: hello !== null && !exactly }, control, hello }
}

/** What comes within the time of a call of the control plane, and before the user wants to stop; look-ups of names cannot be ended. */
function inTime<T>({ clock, interrupted }: Io, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('stopped'))
    const cancel = clock.after(EXCHANGE_MS, () => reject(new Error(`no answer within ${EXCHANGE_MS / 1_000} s`)))
    interrupted.addEventListener('abort', stop, { once: true })
    if (interrupted.aborted) stop()
    work.then(resolve, reject).finally(() => {
      cancel()
      interrupted.removeEventListener('abort', stop)
    })
  })
}

function partsOf({ method, headers, body, encoding, allowRedirects }: ExperimentSpec['request']): RequestParts {
  const bytes = body !== null && encoding === 'base64' ? Buffer.from(body, encoding) : body
  return { method, headers: headers.flat(), body: bytes, allowsRedirects: allowRedirects === true }
}
