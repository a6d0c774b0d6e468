/** The event stream over real HTTP: what a page hears, when it comes late, comes back, or does not read. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, describe, it, type TestContext } from 'node:test'
import express from 'express'
import { LIMITS } from '../../../server/config/limits.ts'
import { Events } from '../../../server/telemetry/events.ts'
import { control } from '../../support/control.ts'
import { type EventStream, openEvents } from '../../support/event-stream.ts'
import { listen as serve } from '../../support/listen.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { startTestServer } from '../../support/server.ts'

const server = await startTestServer({ after })
const url = (path: string) => `${server.url}${path}`

async function listen(test: TestContext, query = '', headers: Record<string, string> = {}): Promise<EventStream> {
  const stream = await openEvents(url(`/chaos/events${query}`), headers)
  test.after(() => stream.close())
  return stream
}

async function change(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-chaos-origin': 'web' }
  return fetch(url(path), { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

const ask = async (session?: string) => {
  const answer = await fetch(url('/catalogs/155568600'), { headers: session ? { 'x-chaos-session': session } : {} })
  await answer.text()
}

/** The stream alone, with time in hand and nothing to tell. */
async function bare(test: TestContext) {
  const clock = new ManualClock()
  const streamed = { describe: () => ({}), samples: () => [], history: () => [] }
  const nothing = () => []
  const parts = { board: nothing, runs: nothing, changes: nothing, everySecond: () => {}, limits: LIMITS }
  const events = new Events({ clock, startedAt: 0, boot: 1_000, epoch: () => 1_000, session: () => streamed, ...parts })
  const base = await serve(createServer(express().use('/chaos', events.routes())), test)
  return { clock, events, base }
}

describe('the event stream', () => {
  it('is an event stream that nobody stores', async test => {
    const { status, headers } = await listen(test)
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/event-stream')
    assert.match(headers['cache-control'] ?? '', /no-store/)
  })

  it('says hello with what GET /chaos says', async test => {
    const stream = await listen(test)
    const { data } = await stream.until('hello')
    const { clockMs, ...state } = (await (await fetch(url('/chaos'))).json()) as { clockMs: number }
    const { clockMs: toldMs, ...told } = data.state
    assert.deepEqual(told, state)
    assert.ok(toldMs <= clockMs)
    assert.equal(stream.heard[0]?.type, 'hello')
    assert.deepEqual([data.outage.on, data.scenario, data.runs], [false, null, []])
  })

  it('tells each request once: in the history of a page that comes late, or in a sample', async test => {
    const first = await listen(test, '?session=once')
    assert.equal(first.status, 404)
    await change('POST', '/chaos/sessions', { id: 'once' })
    for (let i = 0; i < 7; i += 1) await ask('once')
    const late = await listen(test, '?session=once')
    const { data } = await late.until('hello')
    for (let i = 0; i < 5; i += 1) await ask('once')
    const counted = (samples: readonly { counts: Record<string, number> }[]) =>
      samples.reduce((sum, { counts }) => sum + (counts.success ?? 0), 0)
    const told = () =>
      counted([...data.history, ...late.heard.filter(({ type }) => type === 'sample').map(one => one.data)])
    await late.until('sample', () => told() >= 12)
    assert.equal(told(), 12)
  })

  it('tells each request once though time goes on at every reading of the clock', async test => {
    for (const stepMs of [7, 31, 83]) {
      const manual = new ManualClock()
      let passed = 0
      const clock = {
        now: () => {
          passed += stepMs
          return manual.now() + passed
        },
        after: (ms: number, act: () => void) => manual.after(ms, act),
      }
      const other = await startTestServer(test, { clock })
      const stream = await openEvents(`${other.url}/chaos/events`)
      test.after(() => stream.close())
      const { data } = await stream.until('hello')
      for (let round = 0; round < 10; round += 1) {
        for (let i = 0; i < 4; i += 1) await (await fetch(`${other.url}/catalogs/155568600`)).text()
        manual.advance(250)
      }
      const samples = () => [
        ...data.history,
        ...stream.heard.filter(({ type }) => type === 'sample').map(one => one.data),
      ]
      const last = () => samples().at(-1)?.atMs ?? 0
      const end = clock.now()
      while (last() < end) {
        manual.advance(250)
        await new Promise(resolve => setImmediate(resolve))
      }
      assert.equal(
        samples().reduce((sum, { counts }) => sum + (counts.success ?? 0), 0),
        40,
        `${stepMs} ms`,
      )
      const live = stream.heard.filter(({ type }) => type === 'sample').map(one => one.data.atMs)
      assert.ok(live[0] > (data.history.at(-1)?.atMs ?? 0), 'none is in the history as well')
      assert.deepEqual(
        live,
        live.map((_, index) => live[0] + 250 * index),
        'no bucket is left out, and none is sent twice',
      )
    }
  })

  it('tells sessions that inherit of a reset of the default session', async test => {
    const server = await startTestServer(test)
    const call = control(server)
    await call('POST', '/chaos/sessions', { id: 'heir' })
    await call('PUT', '/chaos/fail-rate', { failRate: 40 })
    const stream = await openEvents(`${server.url}/chaos/events?session=heir`)
    test.after(() => stream.close())
    assert.equal((await stream.until('hello')).data.state.settings.failRate, 40)
    await call('POST', '/chaos/reset')
    assert.equal((await stream.until('settings')).data.settings.failRate, 0)
  })

  it('agrees with the provenance on the time, also when the wall clock was set or a laptop has slept', async test => {
    let slept = 0
    const server = await startTestServer(test, { wall: () => Date.now() + slept })
    const call = control(server)
    const stream = await openEvents(`${server.url}/chaos/events`)
    test.after(() => stream.close())
    const { data: hello } = await stream.until('hello')
    let rate = 0
    for (slept of [3_600_000, -86_400_000, 0]) {
      rate += 1
      await call('PUT', '/chaos/fail-rate', { failRate: rate })
      const { data } = await stream.until('settings', event => event.data.settings.failRate === rate)
      const changedAt = Date.parse(data.provenance.failRate.at)
      assert.ok(Math.abs(Date.parse(data.at) - changedAt) < 1_000, `${data.at} for ${data.provenance.failRate.at}`)
      assert.ok(Math.abs(data.wallMs - changedAt) < 1_000)
      const sample = await stream.until('sample', event => event.data.atMs > data.atMs)
      assert.ok(Math.abs(sample.data.wallMs - changedAt) < 10_000)
    }
    const later = await openEvents(`${server.url}/chaos/events`)
    test.after(() => later.close())
    assert.equal((await later.until('hello')).data.boot, hello.boot, 'it is still the same life of the server')
  })

  it('tells a change with its origin, to everybody who listens to the session', async test => {
    const streams = [await listen(test), await listen(test)]
    await Promise.all(streams.map(stream => stream.until('hello')))
    await change('PUT', '/chaos/fail-rate', { failRate: 33 })
    for (const stream of streams) {
      const { data } = await stream.until('settings')
      assert.deepEqual([data.changed, data.settings.failRate, data.origin.source], [['failRate'], 33, 'web'])
      assert.equal(data.provenance.failRate.source, 'web')
    }
    await change('PUT', '/chaos/fail-rate', { failRate: 0 })
  })

  it('tells sessions of what they inherit, and only of that', async test => {
    await change('POST', '/chaos/sessions', { id: 'heir' })
    await change('POST', '/chaos/sessions', { id: 'own', settings: { failRate: 5 } })
    const [heir, own] = [await listen(test, '?session=heir'), await listen(test, '?session=own')]
    await Promise.all([heir.until('hello'), own.until('hello')])
    await change('PUT', '/chaos/fail-rate', { failRate: 44 })
    assert.equal((await heir.until('settings')).data.settings.failRate, 44)
    await own.until('sample')
    assert.equal(
      own.heard.some(({ type }) => type === 'settings'),
      false,
    )
    await change('PUT', '/chaos/fail-rate', { failRate: 0 })
  })

  it('tells the beginning and the end of an outage, and who declared it', async test => {
    const stream = await listen(test)
    await stream.until('hello')
    await change('POST', '/chaos/outages', { for: '600ms' })
    const { data } = await stream.until('outage', ({ data: { on } }) => on)
    assert.equal(data.source, 'web')
    assert.ok(Math.abs(data.untilMs - data.atMs - 600) < 100, `${data.untilMs - data.atMs} ms`)
    await stream.until('sample', ({ data: { outage } }) => outage)
    const { id: over } = await stream.until('outage', ({ data: { on } }) => !on)
    await stream.until('sample', ({ id, data: { outage } }) => id > over && !outage)
    const late = await listen(test)
    const { history } = (await late.until('hello')).data
    assert.ok(history.some(({ outage }: { outage: boolean }) => outage))
    assert.equal(history.at(-1).outage, false)
  })

  it('tells a page that comes late what was changed, and by whom', async test => {
    await change('POST', '/chaos/sessions', { id: 'diary' })
    await change('PUT', '/chaos/fail-rate?session=diary', { failRate: 20 })
    await change('PUT', '/chaos/fail-rate?session=diary', { failRate: 60 })
    const { data } = await (await listen(test, '?session=diary')).until('hello')
    const told = data.changes.filter(({ type }: { type: string }) => type === 'settings')
    assert.deepEqual(
      told.map(({ changed, origin, from, to }: Record<string, unknown>) => ({ changed, origin, from, to })),
      [
        { changed: ['failRate'], origin: { source: 'web' }, from: { failRate: 0 }, to: { failRate: 20 } },
        { changed: ['failRate'], origin: { source: 'web' }, from: { failRate: 20 }, to: { failRate: 60 } },
      ],
    )
  })

  it('knows the end of an outage that nobody watched', async test => {
    const clock = new ManualClock()
    const other = await startTestServer(test, { clock })
    for (let round = 0; round < 2; round += 1) {
      await control(other)('POST', '/chaos/outages', { for: '100ms' }, { 'x-chaos-origin': 'web' })
      clock.advance(300)
    }
    const stream = await openEvents(`${other.url}/chaos/events`)
    test.after(() => stream.close())
    const { data } = await stream.until('hello')
    const told = data.changes.filter(({ type }: { type: string }) => type === 'outage')
    assert.deepEqual(
      told.map(({ on, source }: { on: boolean; source: string }) => [on, source]),
      [true, false, true, false].map(on => [on, 'web']),
    )
  })

  it('tells a scenario from its start to its end', async test => {
    await change('POST', '/chaos/sessions', { id: 'stage' })
    const stream = await listen(test, '?session=stage')
    await stream.until('hello')
    const run = (await (await change('POST', '/chaos/scenarios/blackout/runs?session=stage')).json()) as { id: string }
    const { data } = await stream.until('scenario')
    assert.deepEqual([data.status, data.name, data.id], ['started', 'blackout', run.id])
    assert.ok(data.lengthMs > 1_000)
    const late = await listen(test, '?session=stage')
    assert.equal((await late.until('hello')).data.scenario.name, 'blackout')
    await change('DELETE', `/chaos/runs/${run.id}`)
    await stream.until('scenario', event => event.data.status === 'stopped')
  })

  it('counts every session for the board, and only for those who ask', async test => {
    await change('POST', '/chaos/sessions', { id: 'seat' })
    await ask('seat')
    const [asking, other] = [await listen(test, '?board=1'), await listen(test)]
    const { data } = await asking.until('board')
    const seat = data.find(({ id }: { id: string }) => id === 'seat')
    assert.deepEqual([seat.requests, seat.success], [1, 1])
    assert.equal(
      other.heard.some(({ type }) => type === 'board'),
      false,
    )
  })

  it('sends the listeners of a deleted session away', async test => {
    await change('POST', '/chaos/sessions', { id: 'gone' })
    const stream = await listen(test, '?session=gone')
    await stream.until('hello')
    await change('DELETE', '/chaos/sessions/gone')
    await stream.ended
    assert.equal((await openEvents(url('/chaos/events?session=gone'))).status, 404)
  })
})

describe('Last-Event-ID', () => {
  it('resumes without gap or duplicate', async test => {
    const whole = await listen(test)
    const first = await listen(test)
    await first.until('sample')
    await change('PUT', '/chaos/fail-rate', { failRate: 11 })
    await first.until('settings')
    first.close()
    const last = first.heard.at(-1)?.id ?? 0
    await change('PUT', '/chaos/fail-rate', { failRate: 12 })
    await whole.until('settings', ({ data }) => data.settings.failRate === 12)
    await whole.until('sample', ({ id }) => id > last + 2)
    const again = await listen(test, '', { 'last-event-id': String(last) })
    const mark = await again.until('sample', ({ id }) => id > last + 4)
    await whole.until('sample', ({ id }) => id >= mark.id)
    const between = (stream: EventStream) =>
      stream.heard.filter(({ id, type }) => id > last && id <= mark.id && type !== 'hello').map(({ id }) => id)
    assert.deepEqual(between(again), between(whole))
    assert.equal(
      again.heard.some(({ type }) => type === 'hello'),
      false,
    )
    await change('PUT', '/chaos/fail-rate', { failRate: 0 })
  })

  it('begins anew where it is unknown', async test => {
    for (const id of ['', '0', '-5', 'x', '1e99', String(Number.MAX_SAFE_INTEGER), '1.5']) {
      const stream = await listen(test, '', { 'last-event-id': id })
      await stream.until('sample')
      assert.equal(stream.heard[0]?.type, 'hello', `after ${JSON.stringify(id)}`)
    }
  })

  it('only ever grows', async test => {
    const stream = await listen(test)
    await stream.until('hello')
    await change('PUT', '/chaos/fail-rate', { failRate: 1 })
    await change('PUT', '/chaos/fail-rate', { failRate: 0 })
    await stream.until('sample', ({ id }) => id > (stream.heard[0]?.id ?? 0) + 3)
    const ids = stream.heard.map(({ id }) => id)
    assert.deepEqual(
      ids,
      [...new Set(ids)].sort((a, b) => a - b),
    )
  })

  it('replays to the one who came back and to nobody else', async test => {
    const stays = await listen(test)
    await stays.until('sample')
    const count = stays.heard.length
    const comes = await listen(test)
    await comes.until('hello')
    assert.equal(stays.heard.slice(count).filter(({ type }) => type === 'hello').length, 0)
  })
})

describe('listeners', () => {
  it('that do not read are dropped, and the others hear on', { timeout: 60_000 }, async test => {
    const other = await startTestServer(test)
    const good = await openEvents(`${other.url}/chaos/events`)
    const bad = await openEvents(`${other.url}/chaos/events`)
    test.after(() => [good, bad].map(stream => stream.close()))
    bad.pause()
    // Bulk: published runs with long titles fill what the sockets hold.
    const post = (body: unknown) =>
      fetch(`${other.url}/chaos/live`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    let dropped = false
    bad.ended.then(() => {
      dropped = true
    })
    const load = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`filler-${index}`, 'x'.repeat(80)]))
    for (let round = 0; round < 400 && !dropped; round += 1) {
      await post({ run: { id: `r${round}`, title: 't', arms: [{ name: 'none' }], load } })
      await post({ end: { id: `r${round}` } })
    }
    bad.close()
    const metrics = await (await fetch(`${other.url}/metrics`)).text()
    assert.match(metrics, /^flaky_catalog_event_listeners 1$/m)
    const before = good.heard.length
    await good.until('sample', ({ id }) => id > (good.heard[before - 1]?.id ?? 0))
  })

  it('are bounded for each address, with an answer that says so', async test => {
    const other = await startTestServer(test)
    const streams = await Promise.all(
      Array.from({ length: LIMITS.listenersPerClient }, () => openEvents(`${other.url}/chaos/events`)),
    )
    test.after(() => streams.map(stream => stream.close()))
    const refused = await openEvents(`${other.url}/chaos/events`)
    assert.equal(refused.status, 429)
    assert.equal(refused.headers['retry-after'], '5')
    streams[0]?.close()
    await streams[0]?.ended
    // The server learns of it a moment later.
    let status = 429
    for (let i = 0; i < 50 && status === 429; i += 1) {
      const next = await openEvents(`${other.url}/chaos/events`)
      status = next.status
      next.close()
    }
    assert.equal(status, 200)
  })

  it('are all that keeps the timer running', async test => {
    const { clock, events, base } = await bare(test)
    assert.equal(clock.pending, 0)
    const stream = await openEvents(`${base}/chaos/events`)
    await stream.until('hello')
    assert.equal(clock.pending, 1)
    clock.advance(60_000)
    assert.equal(clock.pending, 1)
    stream.close()
    while (events.listeners > 0) await new Promise(resolve => setImmediate(resolve))
    clock.advance(10_000)
    assert.equal(clock.pending, 1, 'a page that reloads may come back')
    clock.advance(10_000)
    assert.equal(clock.pending, 0)
  })

  it('hear a heartbeat', async test => {
    const { clock, events, base } = await bare(test)
    const stream = await openEvents(`${base}/chaos/events`)
    test.after(() => stream.close())
    await stream.until('hello')
    clock.advance(31_000)
    events.emit('default', 'session', {})
    await stream.until('session')
    assert.equal(stream.comments.length, 3)
  })

  it('do not keep a server from closing', async () => {
    const other = await startTestServer({ after: () => {} })
    const stream = await openEvents(`${other.url}/chaos/events`)
    await stream.until('hello')
    await Promise.all([other.close(), stream.ended])
  })
})
