/** Random outages: up for a while, then down for a while, the same for everybody with the same seed and clock. */

/** A period in milliseconds of the session's clock; `toMs` is the first moment after it. */
export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

/** The draw in [0, 1) of a period, by its place in its block and the number of the block. */
export type PeriodDraw = (index: number, block: number) => number

/**
 * Mean outages of a block. Every block begins up and is drawn for itself, so that the answer for a moment costs no more than
 * the periods of one block, however far away the moment is.
 */
const OUTAGES_OF_BLOCK = 512

export class RandomOutages {
  readonly #draw: PeriodDraw
  readonly #availability: number
  readonly #meanUpMs: number
  readonly #meanDownMs: number
  readonly #blockMs: number
  #block = -1
  #index = -1
  #period: Period = { fromMs: 0, toMs: 0 }

  /**
   * Both states last exponentially distributed times; it begins up at 0.
   * @param availability share of time up, in percent
   * @param meanDownMs mean length of an outage
   */
  constructor(draw: PeriodDraw, availability: number, meanDownMs: number) {
    this.#draw = draw
    this.#availability = availability
    this.#meanDownMs = meanDownMs
    this.#meanUpMs = (meanDownMs * availability) / (100 - availability)
    this.#blockMs = OUTAGES_OF_BLOCK * (this.#meanUpMs + meanDownMs)
  }

  /** The same process; asking the one does not move the other. */
  copy(): RandomOutages {
    return new RandomOutages(this.#draw, this.#availability, this.#meanDownMs)
  }

  /** The outage at a moment, or null while the service is up. Cheap while time goes forward. */
  at(atMs: number): Period | null {
    if (atMs < 0) return null
    const block = this.#blockAt(atMs)
    if (block !== this.#block || atMs < this.#period.fromMs) {
      const fromMs = block * this.#blockMs
      this.#block = block
      this.#index = -1
      this.#period = { fromMs, toMs: fromMs }
    }
    while (this.#period.toMs <= atMs) this.#advance()
    return this.#index % 2 === 1 ? this.#period : null
  }

  /** A quotient may be rounded up to a block that has not begun, or down to one that is over. */
  #blockAt(atMs: number): number {
    const block = Math.floor(atMs / this.#blockMs)
    if (block * this.#blockMs > atMs) return block - 1
    return (block + 1) * this.#blockMs > atMs ? block : block + 1
  }

  /** Even periods are up, odd ones down: -mean x ln(1 - u), and no longer than the block. */
  #advance(): void {
    this.#index += 1
    const mean = this.#index % 2 === 0 ? this.#meanUpMs : this.#meanDownMs
    const length = -mean * Math.log(1 - this.#draw(this.#index, this.#block))
    const { toMs } = this.#period
    this.#period = { fromMs: toMs, toMs: Math.min(toMs + length, (this.#block + 1) * this.#blockMs) }
  }
}
