/** Waits for answers no longer than a deadline, and can end all waiting at once. */

import type { Clock } from '../../../server/lib/clock.ts'

/** The time for an answer ran out. */
export class DeadlineError extends Error {
  override name = 'DeadlineError'
}

export class Deadlines {
  readonly #clock: Clock
  readonly #ms: number
  readonly #waiting = new Set<() => void>()

  /** `ms` is how long an answer may take. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /**
   * The answer, if it comes in time.
   * @throws {DeadlineError} (as a rejection) if it does not; `onLate` then gets what comes after all. What `onLate` throws is lost.
   */
  race<T>(answer: Promise<T>, onLate: (late: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const expire = () => {
        stop()
        this.#waiting.delete(expire)
        reject(new DeadlineError(`no answer within ${this.#ms} ms`))
      }
      const stop = this.#after(expire)
      const inTime = () => {
        stop()
        return this.#waiting.delete(expire)
      }
      this.#waiting.add(expire)
      answer
        .then(
          value => {
            if (inTime()) resolve(value)
            else onLate(value)
          },
          error => {
            if (inTime()) reject(error)
          },
        )
        .catch(nothing)
    })
  }

  /** Ends all waiting as if the time had run out. */
  expireAll(): void {
    for (const expire of [...this.#waiting]) expire()
  }

  /** In two steps: after a spell in which this process did not get to run, answers that have long arrived are read between them. */
  #after(act: () => void): () => void {
    let stop = this.#clock.after(this.#ms * 0.8, () => {
      stop = this.#clock.after(this.#ms * 0.2, act)
    })
    return () => stop()
  }
}

function nothing(): void {}
