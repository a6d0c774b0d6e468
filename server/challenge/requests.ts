/** What the judge knows of a request: when it came, how it ended, and on which connection. */

export interface JudgedRequest {
  /** Arrival and end, in milliseconds since the beginning of the exam. */
  readonly atMs: number
  readonly endMs: number
  readonly code: string
  /** The first request on its connection. */
  readonly opensConnection: boolean
  /**
   * `ok` was answered well and whole, `failed` was answered otherwise or cut by the server; `left` is one that its client gave
   * up, `held` one in a hang that the server ended first.
   */
  readonly end: 'ok' | 'failed' | 'left' | 'held'
  /** What a 429 said of when to come again, in milliseconds; null for every other request. */
  readonly retryAfterMs: number | null
}

/** The trouble of an exam, in milliseconds since its beginning. */
export interface Trouble {
  readonly fromMs: number
  readonly toMs: number
  /** The end of the exam. */
  readonly endMs: number
}

/** In the order of arrival. */
export function inOrder(requests: readonly JudgedRequest[]): JudgedRequest[] {
  return [...requests].sort((a, b) => a.atMs - b.atMs)
}

/** Those that arrived from `fromMs` on and before `toMs`. */
export function arrivedIn(requests: readonly JudgedRequest[], fromMs: number, toMs: number): JudgedRequest[] {
  return requests.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
}
