/** The HTTP server under Express: its prototypes, its request ids, and what it says to unreadable requests. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, describe, it } from 'node:test'
import express, { type Express } from 'express'
import { createServer, requestIdOf } from '../../../server/http/server.ts'

async function listening(app: Express) {
  const server = createServer(app, 'test')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  return { server, port: (server.address() as AddressInfo).port }
}

/** Sends bytes and returns everything that comes back. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(bytes)
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

describe('requests and responses of createServer', () => {
  it('have the prototypes of the app before Express touches them, and Express changes nothing', async () => {
    const app = express()
    const prototypes = (req: object, res: object) => [Object.getPrototypeOf(req), Object.getPrototypeOf(res)]
    const changed: string[] = []
    const inside: unknown[][] = []
    app.use((req, res) => {
      inside.push(prototypes(req, res))
      res.json({ path: req.path, same: req.app === app })
    })
    const { server, port } = await listening(app)
    const before: unknown[][] = []
    server.prependListener('request', (req, res) => before.push(prototypes(req, res)))

    const { setPrototypeOf } = Object
    Object.setPrototypeOf = (target: object, prototype: object | null) => {
      const ours = target instanceof IncomingMessage || target instanceof ServerResponse
      if (ours && Object.getPrototypeOf(target) !== prototype) changed.push(target.constructor.name)
      return setPrototypeOf(target, prototype)
    }
    try {
      const response = await fetch(`http://127.0.0.1:${port}/some`)
      assert.deepEqual(await response.json(), { path: '/some', same: true })
    } finally {
      Object.setPrototypeOf = setPrototypeOf
    }
    assert.equal(before[0]?.[0], app.request)
    assert.equal(before[0]?.[1], app.response)
    assert.deepEqual(inside[0], before[0])
    assert.deepEqual(changed, [])
  })
})

it('an app has one server', () => {
  const app = express()
  createServer(app, 'first')
  assert.throws(() => createServer(app, 'second'), /has a server already/)
})

describe('X-Request-Id', () => {
  const shapes = () => {
    const app = express()
    app.get('/implicit', (_req, res) => void res.end('x'))
    app.get('/object', (_req, res) => void res.writeHead(200, { A: 'b' }).end())
    app.get('/list', (_req, res) => void res.writeHead(200, ['A', 'b']).end())
    app.get('/reason', (_req, res) => void res.writeHead(200, 'Fine', { A: 'b' }).end())
    app.get('/reason-list', (_req, res) => void res.writeHead(200, 'Fine', ['A', 'b']).end())
    app.get('/mixed', (_req, res) => void res.setHeader('C', 'd').writeHead(200, ['A', 'b']).end())
    app.get('/json', (_req, res) => void res.json({}))
    app.get('/id', (_req, res) => void res.send(requestIdOf(res)))
    return app
  }

  for (const path of ['/implicit', '/object', '/list', '/reason', '/reason-list', '/mixed', '/json']) {
    it(`is on the answer of ${path}, once`, async () => {
      const { port } = await listening(shapes())
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      assert.match(response.headers.get('X-Request-Id') ?? '', /^test-[0-9a-z]+$/)
      if (path.includes('reason')) assert.equal(response.statusText, 'Fine')
      if (!/implicit|json/.test(path)) assert.equal(response.headers.get('A'), 'b')
      if (path === '/mixed') assert.equal(response.headers.get('C'), 'd')
    })
  }

  it('is known to handlers and differs from request to request', async () => {
    const { port } = await listening(shapes())
    const ids = []
    for (let i = 0; i < 3; i += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/id`)
      ids.push(response.headers.get('X-Request-Id'))
      assert.equal(await response.text(), ids[i])
    }
    assert.equal(new Set(ids).size, 3)
  })
})

describe('unreadable requests', () => {
  for (const [what, bytes, status] of [
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a header line without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    ['headers beyond 16 KB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    it(`answers ${what} with a ${status} problem and closes`, async () => {
      const { port } = await listening(express())
      const answer = await raw(port, bytes)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      assert.match(head, new RegExp(`^HTTP/1.1 ${status} `))
      assert.match(head, /Content-Type: application\/problem\+json/)
      assert.equal(JSON.parse(body).status, status)
    })
  }
})
