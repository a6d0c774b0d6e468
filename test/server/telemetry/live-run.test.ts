/** What a page that comes late is told of published runs: as much as its charts show, however long and in whatever way they were told. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { MAX_ARMS } from '../../../server/config/limits.ts'
import { runFrom } from '../../../server/console/model/run.js'
import { LiveRun } from '../../../server/telemetry/live-run.ts'
import { openEvents } from '../../support/event-stream.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { startTestServer } from '../../support/server.ts'

const KB = 1_024
const STEP_MS = 250

const arm = (name: string, more: object = {}) => ({
  name,
  success: 118,
  failed: 12,
  shortCircuited: 30,
  fromCache: 0,
  calls: 161,
  wasted: 43,
  ...more,
})

interface Described {
  readonly steps: readonly object[]
  readonly lastMs: number
}

/** A run of some arms, each step of which tells the same of all of them. */
function running(names: readonly string[]) {
  const run = new LiveRun({ id: 'a', title: 't', arms: names.map(name => ({ name })), load: {} }, 0)
  return {
    step: (atMs: number, now: number, more: object = {}) =>
      run.step({ atMs, arms: names.map(name => arm(name, more)) }, now),
    told: (now: number) => run.describe(now) as Described,
  }
}

/** Sends requests on one connection, as many at once as there are, and waits for all of their answers. */
async function pipeline(test: TestContext, port: number) {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  test.after(() => socket.destroy())
  await once(socket, 'connect')
  let heard = ''
  socket.on('data', chunk => {
    heard += chunk
  })
  return async (requests: readonly (readonly [line: string, body?: object])[]): Promise<void> => {
    heard = ''
    const texts = requests.map(([line, body]) => {
      const text = body ? JSON.stringify(body) : ''
      const headers = `Host: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}`
      return `${line} HTTP/1.1\r\n${headers}\r\n\r\n${text}`
    })
    socket.write(texts.join(''))
    while (heard.split('HTTP/1.1 ').length <= requests.length) await once(socket, 'data')
    assert.ok(!/HTTP\/1\.1 4/.test(heard), heard)
  }
}

describe('hello', () => {
  it('stays short while four runs are published, each for longer than the charts reach back', async test => {
    const clock = new ManualClock()
    const { url, port } = await startTestServer(test, { clock, settings: { failRate: 30 } })
    const send = await pipeline(test, port)
    const names = ['none', 'retry+breaker+cache']
    const runs = ['ana-1', 'rui-1', 'eva-1', 'luis-1']
    for (const id of runs) {
      const arms = names.map((name, index) => ({ name, session: `${id}-${index}` }))
      const load = { requests: 100_000, timeoutMs: 1_000 }
      await send(arms.map(({ session }) => ['POST /chaos/sessions', { id: session }]))
      await send([['POST /chaos/live', { run: { id, title: `compare ${names.join(', ')}`, arms, load } }]])
    }
    for (let atMs = STEP_MS; atMs <= 504 * STEP_MS; atMs += STEP_MS) {
      clock.advance(STEP_MS)
      const states = [
        { atMs: atMs - 90, state: 'half-open' },
        { atMs: atMs - 20, state: 'open' },
      ]
      const percentiles = { p50: 41.28, p95: 1_204.81 }
      const arms = [arm('none', percentiles), arm(names[1] ?? '', { ...percentiles, state: 'open', states })]
      await send([
        ...runs.map(id => ['POST /chaos/live', { progress: { id, atMs, arms } }] as const),
        ['GET /catalogs/155568600'],
      ])
    }
    const stream = await openEvents(`${url}/chaos/events`)
    test.after(() => stream.close())
    const { data } = await stream.until('hello')
    const size = (part: unknown) => JSON.stringify(part).length
    const [{ steps }] = data.runs
    test.diagnostic(`hello ${size(data)}: history ${size(data.history)}, each run's steps ${size(steps)}`)
    assert.deepEqual(
      data.runs.map((run: Described) => run.steps.length),
      [500, 500, 500, 500],
    )
    assert.ok(size(data) < 512 * KB, `${size(data)} characters`)
    clock.advance(STEP_MS + 1)
    await stream.until('sample')
  })

  it('tells a step as it was heard, but for what edges and totals hold', () => {
    const names = ['none', 'breaker', '__proto__']
    const { step, told } = running(names)
    step(250.4, 0, { state: 'open', states: [{ atMs: 7, state: 'closed' }], p50: 1.234, p95: null })
    const run = runFrom(JSON.parse(JSON.stringify(told(0))))
    assert.deepEqual(run.steps, [{ atMs: 250, arms: names.map(name => arm(name, { p50: 1.23, p95: null })) }])
    assert.deepEqual(Object.keys(run.totals), names)
    assert.deepEqual(run.edges.breaker, [
      { atMs: 7, state: 'closed' },
      { atMs: 250.4, state: 'open' },
    ])
  })

  it('tells a step without the arms that it left out', () => {
    const run = new LiveRun({ id: 'a', title: 't', arms: [{ name: 'none' }, { name: 'breaker' }], load: {} }, 0)
    run.step({ atMs: 1, arms: [arm('breaker')], weather: { failRate: 30, outage: true } }, 1)
    assert.deepEqual(runFrom(run.describe(1)).steps, [
      { atMs: 1, arms: [arm('breaker', { p50: null, p95: null })], weather: { failRate: 30, outage: true } },
    ])
  })

  for (const [what, atMs] of [
    ['their own clock', (index: number) => index * STEP_MS],
    ['a clock that stands', () => 0],
    ['a clock that runs back', (index: number) => 1_000_000 - index],
  ] as const) {
    it(`forgets steps by the server's clock and by their number, told by ${what}`, () => {
      const { step, told } = running(['none'])
      for (let index = 0; index < 510; index += 1) step(atMs(index), index * 125)
      assert.equal(told(510 * 125).steps.length, 500)
      for (let index = 1; index <= 20; index += 1) step(atMs(511), 63_625 + index * 10_000)
      assert.equal(told(263_625).steps.length, 13)
      assert.equal(told(263_625 + 100_000).steps.length, 3)
      assert.deepEqual(told(1_000_000), { ...told(0), steps: [], lastMs: atMs(511) })
    })
  }

  for (const [count, most] of [
    [6, 384],
    [MAX_ARMS, 512],
  ] as const) {
    it(`stays short where each step of ${count} arms tells as many states as it may`, test => {
      const names = Array.from({ length: count }, (_, index) => `${index}${'\u0001'.repeat(59)}`)
      const { step, told } = running(names)
      const states = Array.from({ length: 190 }, (_, index) => ({ atMs: index, state: index % 2 ? 'open' : 'closed' }))
      const counts = { success: 1e9, failed: 1e9, shortCircuited: 1e9, fromCache: 1e9, calls: 1e9, wasted: 1e9 }
      for (let index = 0; index < 1_000; index += 1)
        step(index * 125, index * 125, { ...counts, states, p50: 1e9 / 3, p95: 1e9 / 7 })
      const { steps, ...rest } = told(125_000)
      const size = { steps: JSON.stringify(steps).length, rest: JSON.stringify(rest).length }
      test.diagnostic(`steps ${size.steps}, the rest ${size.rest}`)
      assert.ok(size.steps + size.rest < most * KB, `${size.steps + size.rest} characters`)
    })
  }

  it('keeps one step a second of a run with many arms, and all that it counted', () => {
    const names = Array.from({ length: MAX_ARMS }, (_, index) => `arm ${index}`)
    const { step, told } = running(names)
    for (let atMs = 250; atMs <= 10_000; atMs += 250) step(atMs, atMs, atMs % 1_000 === 0 ? {} : { p50: 7 })
    const { steps } = runFrom(told(10_000))
    assert.deepEqual(
      steps.map(({ atMs }) => atMs),
      Array.from({ length: 10 }, (_, index) => 1_000 * (index + 1)),
    )
    assert.deepEqual(
      steps[3]?.arms[31],
      arm('arm 31', { success: 4 * 118, failed: 48, shortCircuited: 120, calls: 644, wasted: 172, p50: 7, p95: null }),
    )
  })
})
