/** The `notify` policy: tells a webhook that the circuit has opened, and never lets that hold up or fail a call. */

import type { Parameter } from './parameters.ts'
import { nothing, type Observed, onState } from './send.ts'

const webhook: Parameter<string> = {
  what: 'where to POST a JSON message each time the circuit opens',
  accepts: 'an http:// or https:// address',
  fallback: null,
  standard: 'none',
  read(text) {
    const { protocol, href } = new URL(text)
    if (protocol === 'http:' || protocol === 'https:') return href
    throw new RangeError('not http')
  },
}

/** The parameters of `notify(http://localhost:9000/hook)`. */
export const NOTIFY_PARAMETERS = { url: webhook } as const

/** Sends a JSON text to an address; whatever becomes of it is nobody's concern. */
export type Post = (url: string, json: string) => Promise<unknown>

/**
 * Posts `{ text, circuit, state, why, atMs }` when the circuit leaves `closed` for `open`; a reopening after a failed probe is
 * the same trouble and not told again. `text` alone is what chat webhooks show. The returned function ends it.
 */
export function notify(circuit: Observed, name: string, url: string, post: Post = fetchPost): () => void {
  return onState(circuit, (state, { from, why, atMs }) => {
    if (state !== 'open' || from !== 'closed') return
    const text = `Circuit "${name}" opened: ${why}`
    fireAndForget(() => post(url, JSON.stringify({ text, circuit: name, state, why, atMs })))
  })
}

/** Posts with `fetch`, given up after two seconds. */
export const fetchPost: Post = (url, json) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: json,
    signal: AbortSignal.timeout(2_000),
  }).then(response => response.body?.cancel())

function fireAndForget(act: () => Promise<unknown>): void {
  try {
    act().catch(nothing)
  } catch {
    nothing()
  }
}
