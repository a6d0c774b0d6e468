/** The end of a server: what has begun finishes, nothing new begins, idle connections close, and it never takes long. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, describe, it } from 'node:test'
import { Drain } from '../../../server/http/drain.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { startServer } from '../../../server/server.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

async function started(listener: RequestListener) {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  const drain = new Drain(server, systemClock)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  const { port } = server.address() as AddressInfo
  /** A raw connection, everything that it received, and its end. */
  const open = async (bytes = '') => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const seen = { socket, text: '', closed: false }
    socket.on('data', chunk => {
      seen.text += chunk
    })
    socket.on('close', () => {
      seen.closed = true
    })
    socket.on('error', () => {})
    if (bytes) socket.write(bytes)
    return seen
  }
  return { server, drain, open, port }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 1))
}

describe('Drain', { timeout: 20_000 }, () => {
  it('lets a request finish and refuses new connections', async () => {
    const answers: (() => void)[] = []
    const { drain, open, port } = await started((_req, res) => {
      answers.push(() => res.end('done'))
    })
    const client = await open(REQUEST)
    await until(() => answers.length === 1)
    const ended = drain.end(60_000)
    await assert.rejects(once(connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' })
    assert.equal(client.closed, false)
    answers[0]?.()
    await ended
    await until(() => client.closed)
    assert.match(client.text, /200 OK[\s\S]*done$/)
  })

  it('closes idle connections, and those that never said anything', async () => {
    const { drain, open } = await started((_req, res) => void res.end('x'))
    const [idle, silent] = [await open(REQUEST), await open()]
    await until(() => idle.text.endsWith('x'))
    await drain.end(60_000)
    await until(() => idle.closed && silent.closed)
  })

  it('answers a request that comes on an open connection meanwhile, and closes that then', async () => {
    const answers: (() => void)[] = []
    const { drain, open } = await started((_req, res) => {
      answers.push(() => res.end('x'))
    })
    const client = await open(REQUEST)
    await until(() => answers.length === 1)
    const ended = drain.end(60_000)
    client.socket.write(REQUEST)
    await until(() => answers.length === 2)
    for (const answer of answers) answer()
    await ended
    await until(() => client.closed)
    const [, first = '', second = ''] = client.text.split('HTTP/1.1 200 OK')
    assert.doesNotMatch(first, /Connection: close/i)
    assert.match(second, /Connection: close/i)
  })

  it('cuts what does not end', async () => {
    const { drain, open, server } = await started(() => {})
    const client = await open(REQUEST)
    await once(server, 'request')
    await drain.end(20)
    await until(() => client.closed)
    assert.equal(client.text, '')
  })
})

describe('RunningServer.close', { timeout: 20_000 }, () => {
  it('is not ready meanwhile', async () => {
    const server = await startServer()
    const socket = connect(server.port, '127.0.0.1')
    let text = ''
    socket.on('data', chunk => {
      text += chunk
    })
    await new Promise<void>(resolve => socket.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n', () => resolve()))
    assert.equal((await fetch(`${server.url}/ready`)).status, 200)
    const ended = once(socket, 'close')
    const closed = server.close()
    socket.write('\r\n')
    await Promise.all([closed, ended])
    assert.match(text, /^HTTP\/1\.1 503 [\s\S]*application\/problem\+json[\s\S]*shutting down/)
  })

  it('answers delayed requests at once and ends held ones', async () => {
    const server = await startServer({ settings: { latency: { distribution: 'fixed', delay: '30s', cap: '60s' } } })
    const delayed = fetch(`${server.url}/catalogs/155568600`)
    await until(() => server.chaos.control.sessions.first.inFlight === 1)
    await server.close()
    assert.equal((await delayed).status, 200)

    const hanging = await startServer({
      settings: { failRate: 100, faults: [{ kind: 'hang', weight: 1, for: '30s' }] },
    })
    const held = fetch(`${hanging.url}/catalogs/155568600`)
    held.catch(() => {})
    await until(() => hanging.chaos.control.sessions.first.inFlight === 1)
    await hanging.close()
    await assert.rejects(held)
  })

  it('may be called twice', async () => {
    const server = await startServer()
    await Promise.all([server.close(), server.close()])
    await server.close()
  })
})
