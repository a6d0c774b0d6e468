/** Finds out what a run fires at: reaches the server, and recognises a flaky catalog by its control plane. */

import { Control, type Hello, unreachable } from '../control.ts'
import type { Io } from '../io.ts'
import { catalogTarget, reachableAddress, type Target } from '../load/target.ts'

export interface Scene {
  readonly target: Target
  readonly control: Control
  /** What the control plane says of itself; null where the target is no flaky catalog. */
  readonly hello: Hello | null
}

/** @throws {CommandError} with code 3 where nothing answers */
export async function openScene(io: Io, url: URL): Promise<Scene> {
  const address = await reachableAddress(url).catch(error => {
    throw unreachable(url, error)
  })
  const control = new Control({ url, token: io.env.CHAOS_TOKEN || undefined })
  const hello = await control.hello().catch(() => null)
  const target = { ...catalogTarget(url), address, expectsJson: hello !== null }
  return { target, control, hello }
}
