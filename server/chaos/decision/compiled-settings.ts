/** Compiled settings: one settings snapshot made ready for the hot path. Never changed; a new snapshot is compiled anew. */

import type { Settings } from '../settings/schema.ts'
import { Deck, trailingNumber } from './deck.ts'
import { draw, drawNumber, type StreamSeed, streamSeed } from './draw.ts'
import { bucketPicker, type FaultPicker } from './fault-picker.ts'
import { compileLatency, type DelayQuantile } from './latency.ts'
import { compileOutages, type SettingsOutages } from './outage.ts'
import type { RequestRecord } from './request-record.ts'
import { FAULTS_PLACE, type RuleState } from './rule-state.ts'
import { type CompiledRule, compileRules } from './rules.ts'

/** Which draw of a stream a request meets. */
export type DrawKey = Pick<RequestRecord, 'key' | 'arrival' | 'attempt'>

export class CompiledSettings {
  readonly settings: Settings
  readonly pickFault: FaultPicker
  readonly delay: DelayQuantile | null
  readonly outages: SettingsOutages | null
  /** Nothing can happen to any request under these settings, outages and capacity apart. */
  readonly injectsNothing: boolean
  readonly #fail: StreamSeed
  readonly #kind: StreamSeed
  readonly #latency: StreamSeed
  readonly #body: StreamSeed
  readonly #deck: Deck | null
  readonly #ruleState: RuleState
  #rules: readonly CompiledRule[] | null = null

  constructor(settings: Settings, ruleState: RuleState) {
    ruleState.keepFor(settings)
    this.settings = settings
    this.pickFault = bucketPicker(settings.faults, FAULTS_PLACE, ruleState)
    this.delay = settings.latency && compileLatency(settings.latency)
    this.outages = compileOutages(settings, ruleState)
    this.injectsNothing = settings.failRate === 0 && settings.rules.length === 0 && this.delay === null
    this.#fail = streamSeed(settings.seed, 'fail')
    this.#kind = streamSeed(settings.seed, 'kind')
    this.#latency = streamSeed(settings.seed, 'latency')
    this.#body = streamSeed(settings.seed, 'body')
    this.#deck = settings.sampler === 'deck' ? new Deck(streamSeed(settings.seed, 'deck')) : null
    this.#ruleState = ruleState
  }

  /** Compiled for the first request: who only looks at a session does not need them. */
  get rules(): readonly CompiledRule[] {
    this.#rules ??= compileRules(this.settings, this.#ruleState)
    return this.#rules
  }

  /** Whether a request with this key is counted as an arrival: it has no key, or none that the sampler can use. */
  countsAsArrival(key: string | null): boolean {
    return key === null || (this.#deck !== null && trailingNumber(key) < 0)
  }

  /** The draw that decides whether a request fails. What is drawn by arrival is dealt the next card, a first try or not. */
  failDraw(drawKey: DrawKey): number {
    if (!this.#deck) return keyed(this.#fail, drawKey)
    const number = drawKey.key === null ? -1 : trailingNumber(drawKey.key)
    return number < 0 ? this.#deck.draw(drawKey.arrival, 0) : this.#deck.draw(number, drawKey.attempt)
  }

  kindDraw(drawKey: DrawKey): number {
    return keyed(this.#kind, drawKey)
  }

  latencyDraw(drawKey: DrawKey): number {
    return keyed(this.#latency, drawKey)
  }

  bodyDraw(drawKey: DrawKey): number {
    return keyed(this.#body, drawKey)
  }
}

function keyed(stream: StreamSeed, { key, arrival, attempt }: DrawKey): number {
  return key === null ? drawNumber(stream, arrival, attempt) : draw(stream, key, attempt)
}
