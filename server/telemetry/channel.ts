/** The events of one session on their way to everybody who listens to it, with a memory of the last ones for those who come back. */

import { EventBuffer } from 'better-sse'

/** Events that are remembered: two minutes of samples and what else happens meanwhile. */
const RING = 640

/** Somebody who listens. */
export interface Listener {
  /** Wants the counts of every session once a second. */
  readonly board: boolean
  /** Sends; false where the listener is gone or too slow and was dropped. */
  send(event: EventBuffer): boolean
  end(): void
}

interface Event {
  readonly id: number
  readonly frame: EventBuffer
}

export class Channel {
  readonly session: string
  readonly listeners = new Set<Listener>()
  /** The newest bucket of the timeline that was told. */
  told: number
  /** Since when nobody listens, in milliseconds of the server's clock, or null. */
  emptySince: number | null = null
  readonly #ring: Event[] = []
  /** Nothing before this event is remembered. */
  #forgotten: number

  /** @param lastId the id of the newest event of the server */
  constructor(session: string, told: number, lastId: number) {
    this.session = session
    this.told = told
    this.#forgotten = lastId
  }

  /** Tells everybody, and remembers. */
  tell(id: number, type: string, data: unknown): void {
    const frame = frameOf(id, type, data)
    this.#ring.push({ id, frame })
    if (this.#ring.length > RING) this.#forgotten = this.#ring.shift()?.id ?? this.#forgotten
    this.send(frame)
  }

  /** Tells everybody, or those of a kind, without remembering. */
  send(frame: EventBuffer, wanted: (listener: Listener) => boolean = () => true): void {
    for (const listener of this.listeners) {
      if (wanted(listener) && !listener.send(frame)) this.listeners.delete(listener)
    }
  }

  /** What was told after the event `id`, or null where that cannot be said without a gap. */
  after(id: number, lastId: number): readonly EventBuffer[] | null {
    if (!Number.isSafeInteger(id) || id < this.#forgotten || id > lastId) return null
    return this.#ring.filter(event => event.id > id).map(event => event.frame)
  }

  close(): void {
    for (const listener of this.listeners) listener.end()
    this.listeners.clear()
  }
}

/** An event as it goes over the wire, made once for all listeners. */
export function frameOf(id: number, type: string, data: unknown): EventBuffer {
  return new EventBuffer().push(data, type, String(id))
}
