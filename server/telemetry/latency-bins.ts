/** Percentiles of a quarter second out of a fixed number of bins, 16 to the doubling. */

const BINS_PER_DOUBLING = 16
/** Up to 70 s: log2(1 + 70,000) x 16. */
const BINS = 258

export class LatencyBins {
  readonly #bins = new Uint32Array(BINS)
  #count = 0

  /** Adds a duration in milliseconds. */
  add(ms: number): void {
    const bin = Math.min(BINS - 1, Math.floor(Math.log2(1 + Math.max(0, ms)) * BINS_PER_DOUBLING))
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
    this.#count += 1
  }

  /** The values at two shares, each the middle of its bin and so within 2.2 % of `1 + ms`; null where nothing was added. Empties. */
  take(low: number, high: number): [number | null, number | null] {
    if (this.#count === 0) return [null, null]
    const found: [number | null, number | null] = [this.#at(low), this.#at(high)]
    this.#bins.fill(0)
    this.#count = 0
    return found
  }

  #at(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count))
    let seen = 0
    for (let bin = 0; bin < BINS; bin += 1) {
      seen += this.#bins[bin] ?? 0
      if (seen >= rank) return Math.round((2 ** ((bin + 0.5) / BINS_PER_DOUBLING) - 1) * 100) / 100
    }
    return 0
  }
}
