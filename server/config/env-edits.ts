/** What an edit of the .env file does to a running server: change the failure model, or say what it cannot change. */

import type { Logger } from '../lib/log.ts'
import { rateNote } from '../lib/units.ts'
import { NAMES, type Name, serverSchema } from './config.ts'
import type { Edit } from './env-file.ts'

/** What can be changed while the server runs, and what it is called in the settings document. */
export const LIVE = { FAIL_RATE: 'failRate', FAIL_SAMPLER: 'sampler', FAIL_SEED: 'seed' } as const

type Live = keyof typeof LIVE

/** A merge patch of the settings document. */
export type Patch = Partial<Record<(typeof LIVE)[Live], string | number>>

/**
 * The change that a list of edits asks for, all in one, or null where they ask for none. Bad values are logged and
 * change nothing; a removed line leaves the value as it is.
 * @param file what the file is called in the log.
 * @param current the settings in force, to say what stays.
 */
export function patchOf(edits: readonly Edit[], file: string, current: Patch, log: Logger): Patch | null {
  const patch: Patch = {}
  for (const { name, after } of edits) {
    if (!isLive(name)) {
      if (isName(name)) log.warn(`${name} changed in ${file}: it takes effect at the next start`)
    } else if (after === undefined) {
      log.info(`${name} was removed from ${file}: it stays ${current[LIVE[name]]}`)
    } else {
      const parsed = serverSchema.shape[name].safeParse(after)
      if (!parsed.success) {
        log.error(`${name} in ${file}: ${parsed.error.issues[0]?.message}; it stays ${current[LIVE[name]]}`)
      } else if (parsed.data !== undefined) {
        patch[LIVE[name]] = parsed.data
        const note = name === 'FAIL_RATE' ? rateNote(after) : null
        if (note) log.info(`${name} in ${file}: ${note}`)
      }
    }
  }
  return Object.keys(patch).length > 0 ? patch : null
}

function isName(name: string): name is Name {
  return (NAMES as readonly string[]).includes(name)
}

function isLive(name: string): name is Live {
  return Object.hasOwn(LIVE, name)
}
