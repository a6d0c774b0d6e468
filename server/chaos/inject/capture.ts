/** Keeps back what a handler answers, so that a fault can change it; a handler that fails instead gets its answer back. */

import type { OutgoingHttpHeader, ServerResponse } from 'node:http'

const kept = new WeakMap<ServerResponse, () => void>()

/** Lets an answer through as it is, where it is kept back. */
export function release(res: ServerResponse): void {
  kept.get(res)?.()
}

/**
 * Calls `done` with the whole body once the handler has ended its answer; status and headers are set, nothing is sent.
 * Where the answer is let through instead, `released` is called.
 */
export function captureBody(res: ServerResponse, done: (body: Buffer) => void, released = () => {}): void {
  const { write, end, writeHead } = res
  const chunks: Buffer[] = []
  const keep = (chunk: unknown, encoding: unknown) => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8'))
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  const letGo = () => {
    Object.assign(res, { write, end, writeHead })
    kept.delete(res)
  }
  kept.set(res, () => {
    letGo()
    released()
  })
  const replaced = {
    writeHead(status: number, ...rest: unknown[]) {
      res.statusCode = status
      setHeaders(res, rest.at(-1))
      return res
    },
    write(chunk: unknown, encoding: unknown) {
      keep(chunk, encoding)
      return true
    },
    end(chunk: unknown, encoding: unknown) {
      keep(chunk, encoding)
      letGo()
      done(Buffer.concat(chunks))
      return res
    },
  }
  Object.assign(res, replaced)
}

/** Headers come as an object or as a flat list of names and values. */
function setHeaders(res: ServerResponse, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return
  const pairs = Array.isArray(headers)
    ? headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]]] : []))
    : Object.entries(headers)
  for (const [name, value] of pairs) res.setHeader(String(name), value as OutgoingHttpHeader)
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
