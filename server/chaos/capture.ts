/** Keeps back what a handler answers, so that a fault can spoil it. */

import type { OutgoingHttpHeader, ServerResponse } from 'node:http'

/** Calls `done` with the whole body once the handler has ended its answer; status and headers are set, nothing is sent. */
export function captureBody(res: ServerResponse, done: (body: Buffer) => void): void {
  const { write, end, writeHead } = res
  const chunks: Buffer[] = []
  const keep = (chunk: unknown, encoding: unknown) => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8'))
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
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
      Object.assign(res, { write, end, writeHead })
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
