/** `GET /metrics` for Prometheus. Nothing is counted here: what is known already is read when somebody scrapes. */

import { Router } from 'express'
import client from 'prom-client'
import { resource } from '../http/resource.ts'
import type { Clock } from '../lib/clock.ts'
import type { SessionConditions } from './timeline.ts'
import { BOUNDS, type Totals } from './totals.ts'

/** What the gauges show of this moment; the conditions are those of the default session. */
export interface Gauges extends SessionConditions {
  readonly sessions: number
  readonly listeners: number
}

interface MetricsParts {
  readonly clock: Pick<Clock, 'now'>
  readonly totals: Totals
  readonly version: string
  readonly gauges: () => Gauges
}

/** How long a text holds, in milliseconds: it takes one to make. */
const MOMENT_MS = 100

const PREFIX = 'flaky_catalog_'

/** The registry of one server; two servers in one process do not meet in it. */
export class Metrics {
  readonly #registry = new client.Registry()
  readonly #parts: MetricsParts
  #opened = false
  #text: Promise<string> | null = null
  #madeAt = 0

  constructor(parts: MetricsParts) {
    this.#parts = parts
  }

  /** The route, to be mounted at `/`. */
  routes(): Router {
    const router = Router()
    resource(router, '/metrics', {
      get: async (_req, res) => {
        const text = await this.read()
        res.setHeader('Content-Type', this.#registry.contentType).end(text)
      },
    })
    return router
  }

  /**
   * The exposition text, made anew once in a moment however many ask. The first reading starts what watches the process: who
   * never scrapes does not pay for it.
   */
  read(): Promise<string> {
    if (!this.#opened) this.#open()
    const now = this.#parts.clock.now()
    if (this.#text === null || now - this.#madeAt >= MOMENT_MS) {
      this.#text = this.#registry.metrics()
      this.#madeAt = now
    }
    return this.#text
  }

  close(): void {
    this.#registry.clear()
  }

  #open(): void {
    this.#opened = true
    const { totals, version, gauges } = this.#parts
    this.#counter('requests_total', 'Requests to the data plane by outcome and route', ['outcome', 'route'], set => {
      for (const [route, counts] of totals.routes) {
        for (const [outcome, count] of Object.entries(counts)) set({ outcome, route }, count)
      }
    })
    this.#counter('faults_total', 'Faults that were injected, by kind', ['kind'], set => {
      for (const [kind, count] of totals.faults) set({ kind }, count)
    })
    this.#gauge('requests_in_flight', 'Requests that are being answered', () => totals.inFlight)
    const ratio = 'Share of requests that are to fail, 0 to 1, in the default session'
    this.#gauge('fail_rate_ratio', ratio, () => gauges().failRate / 100)
    this.#gauge('outage', '1 while an outage is on in the default session', () => (gauges().outage ? 1 : 0))
    this.#gauge('sessions', 'Sessions that are open, the default one included', () => gauges().sessions)
    this.#gauge('event_listeners', 'Clients of the event stream', () => gauges().listeners)
    new client.Gauge({
      name: `${PREFIX}build_info`,
      help: 'The version that runs',
      labelNames: ['version'],
      registers: [this.#registry],
    }).set({ version }, 1)
    this.#registry.registerMetric(durationsOf(totals) as unknown as client.Metric)
    client.collectDefaultMetrics({ register: this.#registry })
  }

  #counter(
    name: string,
    help: string,
    labelNames: string[],
    fill: (set: (labels: Record<string, string>, value: number) => void) => void,
  ): void {
    new client.Counter({
      name: PREFIX + name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset()
        fill((labels, value) => this.inc(labels, value))
      },
    })
  }

  #gauge(name: string, help: string, value: () => number): void {
    new client.Gauge({
      name: PREFIX + name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value())
      },
    })
  }
}

/** A histogram whose buckets were filled elsewhere: prom-client's own would cost every request half a microsecond. */
function durationsOf(totals: Totals): { name: string; get(): Promise<object> } {
  const name = `${PREFIX}request_duration_seconds`
  const values = () =>
    [...totals.durations].flatMap(([outcome, { buckets, sum, count }]) => {
      let below = 0
      const steps = BOUNDS.map((le, index) => {
        below += buckets[index] ?? 0
        return { labels: { le: String(le), outcome }, value: below, metricName: `${name}_bucket` }
      })
      return [
        ...steps,
        { labels: { le: '+Inf', outcome }, value: count, metricName: `${name}_bucket` },
        { labels: { outcome }, value: sum, metricName: `${name}_sum` },
        { labels: { outcome }, value: count, metricName: `${name}_count` },
      ]
    })
  const help = 'How long requests to the data plane took, injected delays included'
  return { name, get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() }) }
}
