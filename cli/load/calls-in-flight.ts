/** The requests that are under way: each can be given up, and each ends once. */

import type { Cancel, Outgoing, Send } from '../policy/send.ts'
import type { Recorder } from './recorder.ts'

/** One side of a comparison. */
export interface Arm {
  readonly send: Send
  readonly recorder: Recorder
}

export class Flights {
  /** What gives up each request; `#vacant` lists the places that are free. */
  readonly #cancels: (Cancel | null)[] = []
  readonly #vacant: number[] = []
  #count = 0

  /** How many are under way. */
  get count(): number {
    return this.#count
  }

  /** Sends a request of an arm. `landed` is called when its end has been recorded, which may be before this returns. */
  launch({ send, recorder }: Arm, request: Outgoing, plannedMs: number, landed: () => void): void {
    const place = this.#vacant.pop() ?? this.#cancels.push(null) - 1
    let over = false
    this.#count++
    const cancel = send(request, answer => {
      if (over) return
      over = true
      recorder.settle(request.index, plannedMs, answer)
      this.#cancels[place] = null
      this.#vacant.push(place)
      this.#count--
      landed()
    })
    if (!over) this.#cancels[place] = cancel
  }

  /** Gives up all that is under way; each ends as aborted. */
  giveUp(): void {
    for (const cancel of [...this.#cancels]) cancel?.()
  }
}
