/** Random outages: up for a while, then down for a while, the same for everybody with the same seed and clock. */

import { drawNumber, type StreamSeed } from './draw.ts'

/** A period in milliseconds of the session's clock; `toMs` is the first moment after it. */
export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

export class RandomOutages {
  readonly #stream: StreamSeed
  readonly #availability: number
  readonly #meanUpMs: number
  readonly #meanDownMs: number
  #index = -1
  #period: Period = { fromMs: 0, toMs: 0 }

  /**
   * Both states last exponentially distributed times; it begins up at 0.
   * @param availability share of time up, in percent
   * @param meanDownMs mean length of an outage
   */
  constructor(stream: StreamSeed, availability: number, meanDownMs: number) {
    this.#stream = stream
    this.#availability = availability
    this.#meanDownMs = meanDownMs
    this.#meanUpMs = (meanDownMs * availability) / (100 - availability)
  }

  /** The same process, as far as it has come; asking the one does not move the other. */
  copy(): RandomOutages {
    const copy = new RandomOutages(this.#stream, this.#availability, this.#meanDownMs)
    copy.#index = this.#index
    copy.#period = this.#period
    return copy
  }

  /** The outage at a moment, or null while the service is up. Cheap while time goes forward. */
  at(atMs: number): Period | null {
    if (atMs < this.#period.fromMs) {
      this.#index = -1
      this.#period = { fromMs: 0, toMs: 0 }
    }
    if (atMs < 0) return null
    while (this.#period.toMs <= atMs) this.#advance()
    return this.#index % 2 === 1 ? this.#period : null
  }

  /** Even periods are up, odd ones down: -mean x ln(1 - u). */
  #advance(): void {
    this.#index += 1
    const mean = this.#index % 2 === 0 ? this.#meanUpMs : this.#meanDownMs
    const length = -mean * Math.log(1 - drawNumber(this.#stream, this.#index, 0))
    this.#period = { fromMs: this.#period.toMs, toMs: this.#period.toMs + length }
  }
}
