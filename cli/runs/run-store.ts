/** Where runs are kept: a server, or a folder of this machine. */

import type { RunSummary } from '../../server/runs/run.ts'
import type { Result } from '../report/result.ts'

export type { RunSummary } from '../../server/runs/run.ts'

export interface RunStore {
  /** What people call it: an address, or a path. */
  readonly name: string
  /** Every run that it holds, the newest first. */
  list(): Promise<readonly RunSummary[]>
  /** The result of a run that the list named. @throws {UserError} where it is gone or cannot be read */
  read(id: string): Promise<Result>
  remove(id: string): Promise<void>
}
