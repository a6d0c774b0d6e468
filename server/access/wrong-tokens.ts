/** Wrong tokens, by the address that they come from: who tries many has to wait, and is not told meanwhile whether one is right. */

import type { Clock } from '../lib/clock.ts'

/** So many wrong tokens are looked at at once, and then one more every so many milliseconds. */
const AT_ONCE = 20
const EVERY_MS = 1_000
/** Addresses that are remembered; the oldest is forgotten first. */
const MAX_ADDRESSES = 1_000

interface Tries {
  /** When the address has its whole allowance again. */
  wholeAt: number
  /** The last wrong ones by their digests: a page that goes on with the token of yesterday guesses nothing. */
  readonly known: Set<string>
}

export class WrongTokens {
  readonly #clock: Clock
  readonly #tries = new Map<string, Tries>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds that an address has to wait before it may send another wrong token; 0 where it need not. */
  waitMs(address: string): number {
    const tries = this.#tries.get(address)
    return tries === undefined ? 0 : Math.max(0, tries.wholeAt - this.#clock.now() - (AT_ONCE - 1) * EVERY_MS)
  }

  /** The token of this digest came from this address, and was wrong. */
  add(address: string, digest: string): void {
    const now = this.#clock.now()
    const tries = this.#tries.get(address) ?? { wholeAt: now, known: new Set() }
    if (tries.known.has(digest)) return
    dropOldest(tries.known, AT_ONCE)
    tries.known.add(digest)
    tries.wholeAt = Math.max(now, tries.wholeAt) + EVERY_MS
    this.#tries.delete(address)
    dropOldest(this.#tries, MAX_ADDRESSES)
    this.#tries.set(address, tries)
  }
}

/** Leaves room for one more. */
function dropOldest(kept: Map<string, unknown> | Set<string>, max: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size < max) break
    kept.delete(oldest)
  }
}
