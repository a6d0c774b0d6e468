/** The recorder of a challenge: its own log of a session's requests, bounded, while the challenge is on. */

import type { RequestObserver, RequestRecord } from '../chaos/decision/request-record.ts'
import { ms } from '../chaos/settings/quantity.ts'
import { MAX_REQUESTS } from './grade.ts'
import type { JudgedRequest } from './requests.ts'

interface Entry {
  readonly record: RequestRecord
  readonly opensConnection: boolean
  /** Null while it is under way. */
  end: JudgedRequest['end'] | null
}

const SECOND_MS = 1_000

export class Recorder implements RequestObserver {
  readonly #max: number
  readonly #connections = new WeakSet<object>()
  readonly #underWay = new Map<RequestRecord, Entry>()
  #entries: Entry[] = []
  #truncated = false

  /** @param max requests that are remembered */
  constructor(max = MAX_REQUESTS) {
    this.#max = max
  }

  /** More requests came than are remembered. */
  get truncated(): boolean {
    return this.#truncated
  }

  arrived(record: RequestRecord, connection: object): void {
    const opensConnection = !this.#connections.has(connection)
    if (opensConnection) this.#connections.add(connection)
    if (this.#entries.length >= this.#max) {
      this.#truncated = true
      return
    }
    const entry: Entry = { record, opensConnection, end: null }
    this.#entries.push(entry)
    this.#underWay.set(record, entry)
  }

  ended(record: RequestRecord, left: boolean): void {
    const entry = this.#underWay.get(record)
    if (!entry) return
    this.#underWay.delete(record)
    if (left) entry.end = 'left'
    else if (record.outcome === 'success') entry.end = 'ok'
    else entry.end = record.fault === 'hang' ? 'held' : 'failed'
  }

  /** Forgets what arrived before a moment of the server's clock. */
  forgetBefore(moment: number): void {
    this.#entries = this.#entries.filter(({ record }) => record.startedAt >= moment)
    for (const record of this.#underWay.keys()) if (record.startedAt < moment) this.#underWay.delete(record)
    this.#truncated = false
  }

  /** What is remembered, by times since a moment of the server's clock; what is under way at `now` counts as failed then. */
  since(moment: number, now: number): JudgedRequest[] {
    return this.#entries.map(({ record, opensConnection, end }) => ({
      atMs: record.startedAt - moment,
      endMs: (end === null ? now : record.endedAt) - moment,
      code: record.code,
      opensConnection,
      end: end ?? 'failed',
      retryAfterMs: record.status === 429 ? retryAfterMs(record) : null,
    }))
  }
}

/** What the answer said of when to come again: whole seconds, as the header has them. */
function retryAfterMs({ decision: { fault, bucket } }: RequestRecord): number | null {
  const told = fault?.kind === 'status' && fault.retryAfter ? ms(fault.retryAfter) : (bucket?.waitMs ?? null)
  return told === null ? null : Math.ceil(told / SECOND_MS) * SECOND_MS
}
