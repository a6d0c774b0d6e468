/** A client of the event stream for tests: collects what it hears, and waits for what it wants. */

import assert from 'node:assert/strict'
import { type IncomingMessage, request } from 'node:http'
import { createParser } from 'eventsource-parser'

export interface Heard {
  readonly type: string
  readonly id: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever it expects.
  readonly data: any
}

export interface EventStream {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly heard: readonly Heard[]
  readonly comments: readonly string[]
  /** The first event, heard already or to come, that `wanted` accepts. */
  until(type: string, wanted?: (event: Heard) => boolean): Promise<Heard>
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>
  /** Stops reading, so that the server must keep what it sends. */
  pause(): void
  close(): void
}

/** What a test waits for at most; a busy machine needs more than a quiet one, and what comes is not judged by it. */
const PATIENCE_MS = 30_000

/** Opens the stream at `url`; the response need not be a stream. */
export function openEvents(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, answer => {
      const heard: Heard[] = []
      const comments: string[] = []
      const waiting = new Set<() => void>()
      const parser = createParser({
        onEvent({ event = 'message', id, data }) {
          heard.push({ type: event, id: Number(id), data: JSON.parse(data) })
          for (const look of waiting) look()
        },
        onComment: comment => comments.push(comment),
      })
      answer.setEncoding('utf8').on('data', chunk => parser.feed(String(chunk)))
      const ended = new Promise<void>(over => {
        answer.once('close', over)
      })
      answer.on('error', () => {})
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        heard,
        comments,
        ended,
        pause: () => answer.pause(),
        close: () => call.destroy(),
        until: (type, wanted = () => true) =>
          new Promise((found, missed) => {
            const timer = setTimeout(() => {
              waiting.delete(look)
              missed(new assert.AssertionError({ message: `no ${type} among ${heard.map(one => one.type).join(' ')}` }))
            }, PATIENCE_MS)
            const look = (): void => {
              const event = heard.find(one => one.type === type && wanted(one))
              if (!event) return
              clearTimeout(timer)
              waiting.delete(look)
              found(event)
            }
            waiting.add(look)
            look()
          }),
      })
    })
    call.on('error', reject)
    call.end()
  })
}
