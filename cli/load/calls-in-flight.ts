/** The requests in flight: each can be given up, and each ends once. */

import type { Cancel, Outgoing, Send } from '../policy/send.ts'
import type { Recorder } from './recorder.ts'

/** One arm of a run. */
export interface Arm {
  readonly send: Send
  readonly recorder: Recorder
}

export class CallsInFlight {
  /** What gives up each request; `#free` lists the places that are free. */
  readonly #cancels: (Cancel | null)[] = []
  readonly #free: number[] = []
  #count = 0

  /** How many are in flight. */
  get count(): number {
    return this.#count
  }

  /** Sends a request of an arm. `onSettled` is called when its end has been recorded, which may be before this returns. */
  send({ send, recorder }: Arm, request: Outgoing, plannedMs: number, onSettled: () => void): void {
    const place = this.#free.pop() ?? this.#cancels.push(null) - 1
    let over = false
    this.#count++
    recorder.left(request.index)
    const cancel = send(request, answer => {
      if (over) return
      over = true
      recorder.settle(request.index, plannedMs, answer)
      this.#cancels[place] = null
      this.#free.push(place)
      this.#count--
      onSettled()
    })
    if (!over) this.#cancels[place] = cancel
  }

  /** Gives up all that is in flight; each ends as aborted. */
  abortAll(): void {
    for (const cancel of [...this.#cancels]) cancel?.()
  }
}
