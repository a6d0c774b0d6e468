/** The events of one session on their way to everybody who listens to it, with a memory of the last ones for those who come back. */

import { EventBuffer } from 'better-sse'
import type { Listener } from './listener.ts'

/** Events that are remembered: two minutes of samples and what else happens meanwhile. */
const MAX_EVENTS = 640
/** Characters that are remembered: as many events of the usual length, several times over. */
const MAX_LENGTH = 1024 * 1024

export class Channel {
  readonly session: string
  /** The newest bucket of the timeline whose sample was sent. */
  sampledTo: number
  /** Since when nobody listens, in milliseconds of the server's clock, or null. */
  emptySince: number | null
  readonly #listeners = new Set<Listener>()
  readonly #ring: { readonly id: number; readonly frame: EventBuffer }[] = []
  #length = 0
  /** Nothing before this event is remembered. */
  #forgotten: number

  /**
   * @param lastId the id of the newest event of the server
   * @param now milliseconds of the server's clock
   */
  constructor(session: string, sampledTo: number, lastId: number, now: number) {
    this.session = session
    this.sampledTo = sampledTo
    this.#forgotten = lastId
    this.emptySince = now
  }

  /** How many listen. */
  get size(): number {
    return this.#listeners.size
  }

  join(listener: Listener): void {
    this.#listeners.add(listener)
    this.emptySince = null
  }

  leave(listener: Listener, now: number): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size === 0) this.emptySince = now
  }

  /** Sends an event to everybody, and remembers it. */
  emit(id: number, type: string, data: unknown): void {
    const frame = frameOf(id, type, data)
    this.#ring.push({ id, frame })
    this.#length += frame.read().length
    while (this.#ring.length > MAX_EVENTS || this.#length > MAX_LENGTH) this.#forget()
    this.send(frame)
  }

  /** Sends to everybody, or to those who follow the board, without remembering. */
  send(frame: EventBuffer, to: 'all' | 'board' = 'all'): void {
    for (const listener of this.#listeners) if (to === 'all' || listener.board) listener.send(frame)
  }

  /** Somebody follows the board. */
  get board(): boolean {
    return [...this.#listeners].some(listener => listener.board)
  }

  /** What was sent after the event `id`, or null where that cannot be said without a gap. */
  after(id: number, lastId: number): readonly EventBuffer[] | null {
    if (!Number.isSafeInteger(id) || id < this.#forgotten || id > lastId) return null
    return this.#ring.filter(event => event.id > id).map(event => event.frame)
  }

  close(): void {
    for (const listener of this.#listeners) listener.end()
    this.#listeners.clear()
  }

  #forget(): void {
    const oldest = this.#ring.shift()
    if (!oldest) return
    this.#forgotten = oldest.id
    this.#length -= oldest.frame.read().length
  }
}

/** An event as it goes over the wire, made once for all listeners. */
export function frameOf(id: number, type: string, data: unknown): EventBuffer {
  return new EventBuffer({ serializer: jsonOf }).push(data, type, String(id))
}

/** Settings as JSON, member by member: sessions that inherit a long list share it, and a change reaches them all at once. */
const memberJson = new WeakMap<object, string>()

function jsonOf(data: unknown): string {
  if (typeof data !== 'object' || data === null || !('settings' in data)) return JSON.stringify(data)
  const { settings, ...rest } = data
  if (typeof settings !== 'object' || settings === null) return JSON.stringify(data)
  const members = Object.entries(settings).map(([name, value]) => `${JSON.stringify(name)}:${jsonOfMember(value)}`)
  return `${JSON.stringify({ ...rest, settings: 0 }).slice(0, -2)}{${members.join()}}}`
}

function jsonOfMember(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let json = memberJson.get(value)
  if (json === undefined) {
    json = JSON.stringify(value)
    memberJson.set(value, json)
  }
  return json
}
