/** A plan: one settings snapshot compiled for the hot path. Never changed; a new snapshot is a new plan. */

import type { Settings } from '../settings/schema.ts'
import { Deck, trailingNumber } from './deck.ts'
import { draw, drawNumber, type StreamSeed, streamSeed } from './draw.ts'
import { type Mix, mixOf } from './fault-picker.ts'
import { type DelayOf, delayOf } from './latency.ts'
import { type Outage, outageOf } from './outage.ts'
import type { Visit } from './request-record.ts'
import type { Memory } from './rule-state.ts'
import { type Tier, tiersOf } from './rules.ts'

/** Which draw of a stream a request meets. */
export type Ticket = Pick<Visit, 'key' | 'arrival' | 'attempt'>

export class Plan {
  readonly settings: Settings
  readonly tiers: readonly Tier[]
  readonly mix: Mix
  readonly delay: DelayOf | null
  readonly outage: Outage | null
  /** Nothing can happen to any request under this plan, outages and capacity apart. */
  readonly calm: boolean
  readonly #fail: StreamSeed
  readonly #kind: StreamSeed
  readonly #latency: StreamSeed
  readonly #body: StreamSeed
  readonly #deck: Deck | null

  constructor(settings: Settings, memory: Memory) {
    memory.begin()
    this.settings = settings
    this.tiers = tiersOf(settings, memory)
    this.mix = mixOf(settings.faults, 'faults', memory)
    this.delay = settings.latency && delayOf(settings.latency)
    this.outage = outageOf(settings, memory)
    this.calm = settings.failRate === 0 && this.tiers.length === 0 && this.delay === null
    this.#fail = streamSeed(settings.seed, 'fail')
    this.#kind = streamSeed(settings.seed, 'kind')
    this.#latency = streamSeed(settings.seed, 'latency')
    this.#body = streamSeed(settings.seed, 'body')
    this.#deck = settings.sampler === 'deck' ? new Deck(streamSeed(settings.seed, 'deck')) : null
    memory.end()
  }

  /** Whether a request with this key is counted as an arrival: it has no key, or none that the sampler can use. */
  counts(key: string | null): boolean {
    return key === null || (this.#deck !== null && trailingNumber(key) < 0)
  }

  /** The draw that decides whether a request fails. */
  failDraw(ticket: Ticket): number {
    if (!this.#deck) return keyed(this.#fail, ticket)
    const number = ticket.key === null ? -1 : trailingNumber(ticket.key)
    return this.#deck.draw(number < 0 ? ticket.arrival : number, ticket.attempt)
  }

  kindDraw(ticket: Ticket): number {
    return keyed(this.#kind, ticket)
  }

  latencyDraw(ticket: Ticket): number {
    return keyed(this.#latency, ticket)
  }

  bodyDraw(ticket: Ticket): number {
    return keyed(this.#body, ticket)
  }
}

function keyed(stream: StreamSeed, { key, arrival, attempt }: Ticket): number {
  return key === null ? drawNumber(stream, arrival, attempt) : draw(stream, key, attempt)
}
