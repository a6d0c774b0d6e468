/** How long a control plane is waited for, by a clock that is moved by hand, and who is told the token after it was away. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { Control } from '../../../cli/control/control.ts'
import { EXCHANGE_MS, exchange, STOPPING_MS } from '../../../cli/control/exchange.ts'
import { guardedToken } from '../../../cli/control/token.ts'
import { UserError } from '../../../server/lib/user-error.ts'
import { listen } from '../../support/listen.ts'
import { ManualClock } from '../../support/manual-clock.ts'

/** A server that is always at it and never done: it drips its head, or its body; `dripped` resolves when it has begun. */
async function dripping(t: TestContext, head: string) {
  let begun = () => {}
  const dripped = new Promise<void>(resolve => {
    begun = resolve
  })
  const server = createServer(({ socket }) => {
    socket.on('error', () => {})
    const drip = setInterval(() => head !== '' && socket.write(' '), 5)
    socket.on('close', () => clearInterval(drip))
    socket.write(head)
    begun()
  })
  return { url: new URL(await listen(server, t)), dripped }
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

describe('an exchange', () => {
  for (const [what, head] of [
    ['a head', 'HTTP/1.1 200 OK\r\nx-slow:'],
    ['a body', `${HEAD}\r\n{`],
    ['a body of a length', `${HEAD}content-length: 7000000\r\n\r\n{`],
    ['nothing', ''],
  ] as const) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      it(`${method} is given up after its whole time, whatever drips: ${what}`, async t => {
        const { url, dripped } = await dripping(t, head)
        const clock = new ManualClock()
        const asked = exchange({ url, method, path: '/chaos', clock, body: method === 'PUT' ? {} : undefined })
        const refused = assert.rejects(asked, error => {
          assert.ok(error instanceof UserError)
          assert.match(error.message, /no whole answer within 10 s/)
          return error.exitCode === 3
        })
        await dripped
        clock.advance(EXCHANGE_MS)
        await refused
        assert.equal(clock.pending, 0)
      })
    }
  }

  it('leaves no timer and no listener behind', async t => {
    const url = new URL(
      await listen(
        createServer((_, response) => response.end('{}')),
        t,
      ),
    )
    const clock = new ManualClock()
    const stop = new AbortController()
    for (const method of ['GET', 'PUT']) await exchange({ url, method, path: '/', clock, signal: stop.signal })
    assert.equal(clock.pending, 0)
    stop.abort()
    assert.equal(clock.pending, 0)
  })

  it('that only reads ends as soon as its user wants to, one that changes soon after', async t => {
    const { url, dripped } = await dripping(t, '')
    const clock = new ManualClock()
    const stop = new AbortController()
    const [read, change] = ['GET', 'DELETE'].map(method =>
      exchange({ url, method, path: '/x', clock, signal: stop.signal }).then(
        () => 'answered',
        () => 'given up',
      ),
    )
    await dripped
    stop.abort('SIGINT')
    clock.advance(0)
    assert.equal(await read, 'given up')
    let over = false
    void change?.then(() => {
      over = true
    })
    clock.advance(STOPPING_MS - 1)
    await Promise.resolve()
    assert.equal(over, false)
    clock.advance(1)
    assert.equal(await change, 'given up')
    const late = exchange({ url, method: 'DELETE', path: '/x', clock, signal: stop.signal })
    const refused = assert.rejects(late)
    clock.advance(STOPPING_MS)
    await refused
  })
})

describe('the token after the server was away', () => {
  /** A port where first a flaky catalog answers, then something else. */
  async function changing(t: TestContext) {
    const state = { catalog: true }
    const told: string[] = []
    const url = await listen(
      createServer((request, response) => {
        const { authorization } = request.headers
        if (!state.catalog && authorization) told.push(`${request.url} ${authorization}`)
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(state.catalog ? { name: 'flaky-catalog', failRate: 1 } : { name: 'other' }))
      }),
      t,
    )
    return { url: new URL(url), state, told }
  }

  it('is told to no other server that listens there now', async t => {
    const { url, state, told } = await changing(t)
    const clock = new ManualClock()
    const control = new Control({ url, token: 'secret', clock })
    assert.equal(await control.failRate(), 1)
    state.catalog = false
    clock.advance(1_000)
    await control.failRate().catch(() => {})
    await control
      .in('ana')
      .failRate()
      .catch(() => {})
    assert.deepEqual(told, [])
    state.catalog = true
    assert.equal(await control.failRate(), 1)
  })

  it('is asked for anew by every connection of an event stream', async t => {
    const { url, state } = await changing(t)
    const token = guardedToken(url, 'secret', new ManualClock())
    assert.equal(await token(), 'secret')
    state.catalog = false
    assert.equal(await token(), 'secret')
    assert.equal(await token(true), undefined)
    assert.equal(await token(), undefined)
    state.catalog = true
    assert.equal(await token(), 'secret')
  })
})
