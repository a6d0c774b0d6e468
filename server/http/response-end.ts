/** Who hears that a response is over: by the one listener that each response of this server has, in place of one for everybody. */

import type { ServerResponse } from 'node:http'

/** Hears once that a response is with its client, or that its connection closed before. */
export interface EndListener {
  ended(): void
}

/** A response that has room for one listener. */
export interface HasEndListener {
  endListener: EndListener | null
}

/** Tells `listener` when `res` is over. */
export function onEnd(res: ServerResponse & Partial<HasEndListener>, listener: EndListener): void {
  if (res.endListener === null) res.endListener = listener
  else res.once('close', () => listener.ended())
}
