/** Finds the places where runs are kept: the server, where one is there, and the folder of this machine. */

import { Control } from '../control/control.ts'
import type { Io } from '../io.ts'
import type { TargetOptions } from '../options/common.ts'
import { RunFolder } from '../runs/local-store.ts'
import { Shelf } from '../runs/run-library.ts'
import type { RunPlace } from '../runs/run-store.ts'
import { ServerRuns } from '../runs/server-store.ts'

/**
 * The kept runs.
 * @param named whether the server was named: then it must be there
 * @throws {UserError} with code 3 for a server that was named and does not answer
 */
export async function openShelf(io: Io, { url }: TargetOptions, named: boolean): Promise<Shelf> {
  const control = new Control({ url, token: io.env.CHAOS_TOKEN || undefined })
  const hello = named ? await control.requireCatalog() : await control.hello().catch(() => null)
  const places: RunPlace[] = [
    ...(hello ? [new ServerRuns(url.origin, control)] : []),
    ...(io.runsFolder === undefined ? [] : [new RunFolder(io.runsFolder)]),
  ]
  return new Shelf(places)
}
