/** The app of the server with some parts of its own; whatever else it is put together from does nothing when it is called. */

import { type Express, Router } from 'express'
import { createApp, type Parts } from '../../server/app.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { silentLog } from '../../server/lib/log.ts'
import { packageRoot } from '../../server/lib/package-root.ts'
import { Telemetry } from '../../server/telemetry/telemetry.ts'

export function standApp(own: Partial<Parts>): Express {
  const parts = {
    telemetry: new Telemetry({ clock: systemClock, wall: Date.now, version: '0' }),
    challenges: { routes: Router(), operations: [] },
    polls: { routes: Router(), operations: [] },
    log: silentLog(),
    root: packageRoot(import.meta.url),
    version: '0',
    join: () => null,
    ...own,
  }
  const stand = new Proxy<object>(parts, { get: (known, name) => Reflect.get(known, name) ?? (() => {}) })
  return createApp(stand as Parts)
}
