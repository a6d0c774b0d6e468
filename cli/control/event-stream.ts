/** The stream of the server's events: opens it, notices when it is dead, and opens it again. */

import { createParser } from 'eventsource-parser'
import { request } from 'undici'
import type { Clock } from '../../server/lib/clock.ts'
import { sanitized } from './sanitize.ts'
import type { TokenSource } from './token.ts'

export interface EventStreamOptions {
  readonly url: URL
  readonly session: string
  readonly token: string | TokenSource | undefined
  readonly clock: Clock
  /** The stream is open; called again each time that it was opened again. */
  readonly onOpen: () => void
  /** An event of the server: its name and its data, parsed. */
  readonly onEvent: (name: string, data: unknown) => void
  /** The stream is down and will be tried again in `retryInMs`. */
  readonly onDown: (why: string, retryInMs: number) => void
}

/** The server speaks four times a second: a stream that is silent for so long is dead, whatever the sockets say. */
const SILENT_MS = 5_000
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 4_000

/** Opens the stream and keeps it open until the returned function is called. */
export function openEventStream(parts: EventStreamOptions): () => void {
  const { clock, onOpen, onEvent, onDown } = parts
  const stop = new AbortController()
  let retryMs = FIRST_RETRY_MS
  let cancelRetry = () => {}

  const parser = createParser({
    maxBufferSize: 8_000_000,
    onEvent: ({ event, data }) => onEvent(event ?? 'message', parsed(data)),
  })

  const listen = async (): Promise<void> => {
    const path = new URL('/chaos/events', parts.url.origin)
    path.searchParams.set('session', parts.session)
    const token = typeof parts.token === 'function' ? await parts.token(true) : parts.token
    if (stop.signal.aborted) return
    const { statusCode, body } = await request(path, {
      headers: {
        accept: 'text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      headersTimeout: SILENT_MS,
      bodyTimeout: SILENT_MS,
      signal: stop.signal,
    })
    if (statusCode !== 200) {
      await body.dump()
      throw new Error(`the server answers ${statusCode} where its events should be`)
    }
    retryMs = FIRST_RETRY_MS
    parser.reset()
    onOpen()
    body.setEncoding('utf8')
    for await (const chunk of body) parser.feed(String(chunk))
    throw new Error('the server closed the connection')
  }

  const run = (): void => {
    listen().catch((error: unknown) => {
      if (stop.signal.aborted) return
      onDown(reason(error), retryMs)
      cancelRetry = clock.after(retryMs, run)
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2)
    })
  }
  run()
  return () => {
    cancelRetry()
    stop.abort()
  }
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT') return 'the server fell silent'
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') return 'the server closed the connection'
  return sanitized(String(message || code || error))
}

function parsed(data: string): unknown {
  try {
    return sanitized(JSON.parse(data))
  } catch {
    return null
  }
}
