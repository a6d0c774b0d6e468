/** A request on its way to its fate, as Node hands it over. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Visit } from '../decision/request-record.ts'
import type { Timers } from '../session/timers.ts'

export interface Victim {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly visit: Visit
  readonly waits: Timers
  /** Hands the request to its handler. */
  readonly serve: () => void
}

/** Calls `act` after `waitMs` or on release, unless the client leaves before. */
export function waitThen({ waits, res }: Victim, waitMs: number, act: (released: boolean) => void): void {
  const cancel = waits.wait(waitMs, released => {
    res.removeListener('close', cancel)
    act(released)
  })
  res.once('close', cancel)
}
