/** Requests without a client library, to see what is really on the wire. */

import http, { type IncomingMessage } from 'node:http'
import net from 'node:net'

export interface Wire {
  readonly bytes: Buffer
  /** `end` for a polite FIN, else the code of the error. */
  readonly end: string
  readonly ms: number
  /** Pieces in which the bytes arrived. */
  readonly pieces: number
}

/** One GET over a socket of its own, until the other side is done with it. */
export function rawGet(port: number, path: string, headers: readonly string[] = []): Promise<Wire> {
  return new Promise(resolve => {
    const startedAt = performance.now()
    const chunks: Buffer[] = []
    const socket = net.connect(port, '127.0.0.1')
    const done = (end: string) => {
      socket.destroy()
      resolve({ bytes: Buffer.concat(chunks), end, ms: performance.now() - startedAt, pieces: chunks.length })
    }
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('end', () => done('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'))
    const lines = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  })
}

export interface HttpGot {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The whole body came. */
  readonly complete: boolean
  /** The code of the error, or null. */
  readonly error: string | null
  readonly message: string
}

/** One GET with `http.get` on a connection of its own. Never rejects. */
export function httpGet(url: string, headers: Record<string, string> = {}): Promise<HttpGot> {
  return new Promise(resolve => {
    const got = { status: 0, headers: {} as IncomingMessage['headers'], body: '', complete: false }
    const request = http.get(url, { agent: false, headers }, answer => {
      answer.setEncoding('utf8')
      got.status = answer.statusCode ?? 0
      got.headers = answer.headers
      answer.on('data', (text: string) => {
        got.body += text
      })
      answer.on('error', (error: NodeJS.ErrnoException) =>
        resolve({ ...got, error: error.code ?? '', message: error.message }),
      )
      answer.on('end', () => resolve({ ...got, complete: answer.complete, error: null, message: '' }))
    })
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ ...got, error: error.code ?? '', message: error.message }),
    )
  })
}
