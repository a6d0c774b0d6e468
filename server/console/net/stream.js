/**
 * Keeps an event stream open: reconnects with growing patience, resumes after the last event, and notices a silent server.
 * It uses fetch and not EventSource, because a token belongs in a header and never in an address.
 */

import { eventParser } from './sse.js'

const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 5_000
/** The server speaks four times a second; silence for this long means that the line is dead. */
const SILENCE_MS = 6_000

/**
 * @param {object} options
 * @param {(lastId: string) => { url: string, headers: Record<string, string> }} options.target
 * @param {(type: string, data: any) => void} options.onEvent
 * @param {(change: { to: 'live' | 'lost' | 'denied' | 'refused', retryAtMs?: number }) => void} options.onLink
 * @returns {{ restart(forget: boolean): void }}
 */
export function openStream({ target, onEvent, onLink }) {
  let lastId = ''
  let wait = FIRST_WAIT_MS
  let round = 0
  /** @type {AbortController | null} */
  let current = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  const connect = async () => {
    const mine = ++round
    const abort = new AbortController()
    current = abort
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let silence
    const restartSilence = () => {
      clearTimeout(silence)
      silence = setTimeout(() => abort.abort(), SILENCE_MS)
    }
    try {
      restartSilence()
      const { url, headers } = target(lastId)
      const response = await fetch(url, { headers, signal: abort.signal, cache: 'no-store' })
      if (response.status === 401 || response.status === 403) return denied(mine, 'denied')
      if (response.status === 429 || response.status === 503) throw new Error('busy')
      if (!response.ok || !response.body) return denied(mine, 'refused')
      const parse = eventParser(event => {
        if (mine !== round) return
        lastId = event.id
        wait = FIRST_WAIT_MS
        onEvent(event.type, JSON.parse(event.data))
      })
      if (mine === round) onLink({ to: 'live' })
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { value, done } = await reader.read()
        if (done) break
        restartSilence()
        parse(value)
      }
      retry(mine)
    } catch {
      retry(mine)
    } finally {
      clearTimeout(silence)
    }
  }

  /** @param {number} mine @param {'denied' | 'refused'} to */
  const denied = (mine, to) => {
    if (mine !== round) return
    onLink({ to })
    if (to === 'refused') again(MAX_WAIT_MS)
  }

  /** @param {number} mine */
  const retry = mine => {
    if (mine !== round) return
    onLink({ to: 'lost', retryAtMs: performance.now() + wait })
    again(wait)
    wait = Math.min(MAX_WAIT_MS, wait * 2)
  }

  /** @param {number} ms */
  const again = ms => {
    clearTimeout(timer)
    timer = setTimeout(connect, ms)
  }

  connect()
  return {
    restart(forget) {
      if (forget) lastId = ''
      wait = FIRST_WAIT_MS
      clearTimeout(timer)
      current?.abort()
      connect()
    },
  }
}
