/** Circuits by name in one Redis: the first thing to open, the last to close. */

import { FNV_OFFSET, hashText } from '../../../server/chaos/decision/draw.ts'
import { type Clock, systemClock } from '../../../server/lib/clock.ts'
import { systemRandom } from '../open-time.ts'
import type { CircuitSettings } from '../options.ts'
import { connectRedis } from './link.ts'
import { settingsText } from './reply.ts'
import { RedisStore } from './store.ts'

export interface RedisCircuits {
  /** The circuit of that name: the same for every process that asks with the same name and settings. */
  open(name: string, settings: CircuitSettings): RedisStore
  /** Ends the connection. */
  close(): void
}

/** What shared circuits are made of; everything has a default. */
export interface RedisCircuitsParts {
  readonly clock?: Clock | undefined
  /** A number from 0 to below 1, for jitter. */
  readonly random?: (() => number) | undefined
  /** What the keys begin with, `flaky-catalog` when left out. */
  readonly prefix?: string | undefined
  /** Milliseconds that Redis has for an answer, 100 when left out. */
  readonly deadlineMs?: number | undefined
}

/**
 * Connects to Redis at a `redis://` address. Settings are part of a circuit's key, so that processes which disagree about them
 * keep circuits of their own in place of confusing each other.
 * @throws {RedisUrlError} as a rejection.
 */
export async function openRedisCircuits(url: string, parts: RedisCircuitsParts = {}): Promise<RedisCircuits> {
  const { clock = systemClock, random = systemRandom, prefix = 'flaky-catalog', deadlineMs = 100 } = parts
  const link = await connectRedis(url)
  const names = new Map<string, Set<RedisStore>>()
  return {
    open: (name, settings) => {
      const fingerprint = (hashText(FNV_OFFSET, settingsText(settings)) >>> 0).toString(16).padStart(8, '0')
      const keys = `${prefix}:circuit:${name}`
      const siblings = names.get(name) ?? new Set()
      names.set(name, siblings)
      const [key, holdKey] = [`${keys}:${fingerprint}`, `${keys}:hold`]
      return new RedisStore({ link, key, holdKey, siblings, settings, clock, random, deadlineMs })
    },
    close: () => link.close(),
  }
}
