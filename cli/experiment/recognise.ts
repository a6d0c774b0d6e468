/** Finds out what a run fires at: reaches the server, and recognises a flaky catalog by its control plane. */

import { type Control, controlFor, type Hello, unreachable, WrongAddress } from '../control/control.ts'
import { type Io, usageError } from '../io.ts'
import {
  addressesOf,
  catalogTarget,
  isLoopback,
  type RequestParts,
  reachableAddress,
  type Target,
  urlTarget,
} from '../load/target.ts'

/** What is fired at: the catalog of the server at `url`, or `exactly` one URL. */
export interface Aim {
  readonly url: URL
  readonly exactly?: URL | undefined
  readonly request?: RequestParts
  /** Fires at other machines too. */
  readonly allowRemote?: boolean
}

export interface Scene {
  readonly target: Target
  readonly control: Control
  /** What the control plane says of itself; null where the target is no flaky catalog. */
  readonly hello: Hello | null
}

/**
 * @throws {UserError} with code 3 where nothing answers, and with code 2 for the machine of others without `allowRemote`
 */
export async function openScene(io: Io, aim: Aim): Promise<Scene> {
  const url = aim.exactly ?? aim.url
  const failed = (error: unknown): never => {
    throw unreachable(url, error)
  }
  const addresses = await addressesOf(url).catch(failed)
  if (!aim.allowRemote && !addresses.every(isLoopback)) {
    throw usageError(
      `${url.hostname} is another machine, and load that its owner did not ask for is an attack: if it is yours, add --allow-remote`,
    )
  }
  const address = await reachableAddress(url, addresses).catch(failed)
  const control = controlFor(io, url)
  const hello = await control.hello().catch(error => {
    // A locked server serves its catalog all the same; one that refuses its address would refuse every request.
    if (io.interrupted.aborted || (error instanceof WrongAddress && !aim.exactly)) throw error
    return null
  })
  const target = aim.exactly ? urlTarget(aim.exactly, aim.request) : catalogTarget(url, aim.request)
  return { target: { ...target, address, expectsJson: hello !== null && !aim.exactly }, control, hello }
}
