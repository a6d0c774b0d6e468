/** Turns the signals of a terminal into one AbortSignal: the first asks the process to finish, a second one ends it at once. */

import type { Clock } from './clock.ts'

/** npm hands a signal on that the terminal has sent to everybody: the same signal within so many milliseconds is one. */
const ECHO_MS = 200

export class Interrupt {
  readonly #stop = new AbortController()
  readonly #clock: Clock
  readonly #force: (signal: string) => void
  #stoppedAt = 0

  /** `force` ends the process; it hears of a signal that comes after the first. */
  constructor(clock: Clock, force: (signal: string) => void) {
    this.#clock = clock
    this.#force = force
  }

  /** Its reason is the name of the signal, or the error. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  receive(signal: string): void {
    const now = this.#clock.now()
    if (!this.signal.aborted) {
      this.#stoppedAt = now
      this.#stop.abort(signal)
    } else if (this.signal.reason !== signal || now - this.#stoppedAt > ECHO_MS) this.#force(signal)
  }

  /** Asks the process to finish because of an error that nobody caught. */
  fail(error: Error): void {
    this.#stop.abort(error)
  }
}
