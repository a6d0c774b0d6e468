/** The live publisher: what pages hear adds up to what it was told, whatever becomes of single steps. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, describe, it, type TestContext } from 'node:test'
import express, { type RequestHandler } from 'express'
import { type ArmTotals, openPublisher } from '../../../cli/control/live-publisher.ts'
import { jsonBody } from '../../../server/http/json.ts'
import { problemHandler } from '../../../server/http/problem.ts'
import { type Clock, systemClock } from '../../../server/lib/clock.ts'
import { COUNTERS, noCounts } from '../../../server/runs/counters.ts'
import type { Dot, Flow } from '../../../server/runs/flow.ts'
import { LiveRuns } from '../../../server/telemetry/live-runs.ts'
import { openEvents } from '../../support/event-stream.ts'
import { listen } from '../../support/listen.ts'
import { startTestServer } from '../../support/server.ts'

const server = await startTestServer({ after })
const arm = (name: string) => ({
  name,
  ...noCounts(),
})

async function page(test: TestContext, base = server.url) {
  const stream = await openEvents(`${base}/chaos/events`)
  test.after(() => stream.close())
  await stream.until('hello')
  return stream
}

const FASTER = 10
/** Faster than time, but for how long an end may take: a busy machine needs what it needs. */
const fastClock: Clock = {
  now: () => performance.now() * FASTER,
  after: (ms, act) => systemClock.after(ms < 1_000 ? ms / FASTER : 3 * ms, act),
}

/** What a server does with the body of a request before it takes it, if it does. */
type Meddle = (
  body: { progress?: { arms: { totals?: object }[]; flow?: object }; run?: object; end?: object },
  nth: number,
) => Fate
type Fate = 'take' | 'lose' | 'take and lose the answer' | 429 | 422

/** A server that meddles with what is published, and what its listeners hear. */
async function meddling(test: TestContext, meddle: Meddle) {
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever it expects.
  const heard: any[] = []
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const bodies: any[] = []
  const runs = new LiveRuns({
    now: () => performance.now() * FASTER,
    emit: event => heard.push(event),
    vitals: () => null,
    recent: () => [],
  })
  const seen = { run: 0, progress: 0, end: 0 }
  const front: RequestHandler = (req, res, next) => {
    const kind = Object.keys(req.body)[0] as keyof typeof seen
    const fate = meddle(req.body, ++seen[kind])
    bodies.push(req.body)
    if (fate === 'lose') req.socket.destroy()
    else if (typeof fate === 'number') res.status(fate).end()
    else {
      if (fate === 'take and lose the answer') res.writeHead = () => req.socket.destroy() && res
      next()
    }
  }
  const app = express()
    .use(...jsonBody())
    .use(front)
    .use('/chaos', runs.routes())
    .use(problemHandler(() => {}))
  return { url: new URL(await listen(createServer(app), test)), heard, bodies, runs }
}

/** A run of two arms in `steps` steps, and what it came to. */
async function publish(url: URL, steps: number): Promise<ArmTotals[]> {
  const publisher = openPublisher({ url, clock: fastClock })
  const states: { atMs: number; state: 'open' | 'closed' }[] = [{ atMs: 0, state: 'closed' }]
  const arms = (step: number): ArmTotals[] => [
    { ...arm('none'), success: 7 * step, failed: 3 * step, calls: 10 * step, wasted: 3 * step, states: [] },
    { ...arm('breaker'), success: 5 * step, shortCircuited: 4 * step, fromCache: step, calls: 6 * step, states },
  ]
  publisher.start({ id: 'r', title: 't', arms: [{ name: 'none' }, { name: 'breaker' }], load: {} })
  for (let step = 1; step < steps; step += 1) {
    states.push({ atMs: step * 250, state: step % 2 ? 'open' : 'closed' })
    publisher.progress(step * 250, arms(step))
    await new Promise(resolve => setTimeout(resolve, 260 / FASTER))
  }
  await publisher.end(steps * 250, arms(steps))
  return arms(steps)
}

/** That listeners heard neither less nor more than the run came to, in increments as in totals. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
function addsUp(heard: readonly any[], arms: readonly ArmTotals[]): void {
  assert.deepEqual([heard[0]?.type, heard.at(-1)?.type], ['start', 'end'])
  const steps = heard.filter(({ type }) => type === 'progress')
  assert.ok(steps.length > 0)
  for (const { name, states, ...counts } of arms) {
    const told = steps.flatMap(step => step.arms.filter((one: ArmTotals) => one.name === name))
    for (const counter of COUNTERS) {
      assert.equal(
        told.reduce((sum, one) => sum + one[counter], 0),
        counts[counter],
        `${name} ${counter}`,
      )
      assert.equal(told.at(-1).totals[counter], counts[counter], `${name} ${counter} in all`)
    }
    assert.deepEqual(
      told.flatMap(one => one.states ?? []),
      states,
      `${name} states`,
    )
  }
}

describe('the counts that pages hear are those of the command line', { concurrency: true }, () => {
  const cases: [string, Meddle][] = [
    ['where all goes well', () => 'take'],
    ['where steps are refused', ({ progress }, nth) => (progress && nth % 3 !== 0 ? 429 : 'take')],
    [
      'where the last steps are refused for a while',
      ({ progress }, nth) => (progress && nth > 3 && nth < 12 ? 429 : 'take'),
    ],
    ['where steps do not arrive', ({ progress }, nth) => (progress && nth % 3 === 0 ? 'lose' : 'take')],
    [
      'where answers do not arrive',
      ({ progress }, nth) => (progress && nth % 3 === 0 ? 'take and lose the answer' : 'take'),
    ],
    ['where the announcement is refused at first', ({ run }, nth) => (run && nth < 3 ? 429 : 'take')],
    ['where the announcement does not arrive at first', ({ run }, nth) => (run && nth < 3 ? 'lose' : 'take')],
    [
      'where the answer to the announcement does not arrive',
      ({ run }, nth) => (run && nth < 2 ? 'take and lose the answer' : 'take'),
    ],
    ['where the end is refused at first', ({ end }, nth) => (end && nth < 3 ? 429 : 'take')],
  ]
  for (const [where, meddle] of cases) {
    it(where, async test => {
      const { url, heard } = await meddling(test, meddle)
      const arms = await publish(url, 10)
      const late = heard.find(({ type }) => type === 'progress')?.atMs
      assert.ok(late <= 2_500, `the first step is at ${late} ms`)
      if (where.includes('announcement is refused') || where.includes('announcement does not')) {
        // Times count from when the server heard of the run, and so do those of the circuit.
        const shifted = heard.flatMap(({ arms }) => arms?.[1]?.states ?? []).map(({ state }) => state)
        assert.deepEqual(
          shifted,
          arms[1]?.states.map(({ state }) => state),
        )
        addsUp(
          heard.map(event => withoutStates(event)),
          arms.map(one => ({ ...one, states: [] })),
        )
      } else addsUp(heard, arms)
    })
  }

  it('at a server that knows no totals, where steps are refused, too', async test => {
    const old: Meddle = ({ progress }, nth) => {
      if (progress?.arms.some(one => one.totals)) return 422
      return progress && nth % 3 === 0 ? 429 : 'take'
    }
    const { url, heard, bodies } = await meddling(test, old)
    const arms = await publish(url, 10)
    addsUp(heard, arms)
    const steps = bodies.filter(({ progress }) => progress)
    assert.equal(steps.filter(({ progress }) => progress.arms[0].totals).length, 1, 'asked once')
  })

  it('tells of single requests once each, where answers do not arrive at a later step, and never again where they are refused', async test => {
    for (const knows of [true, false]) {
      const { url, heard, bodies } = await meddling(test, ({ progress }, nth) => {
        if (progress?.flow && !knows) return 422
        return progress && nth % 2 === 0 ? 'lose' : 'take'
      })
      const publisher = openPublisher({ url, clock: fastClock })
      publisher.start({ id: 'r', title: 't', arms: [{ name: 'none' }], load: {} })
      let [index, taken] = [0, 0]
      const takeFlow = (atMs: number): Flow => ({ every: ++taken > 4 ? 2 : 1, dots: [[0, index++, atMs, 1, 0, 1, 0]] })
      for (let step = 1; step < 8; step++) {
        publisher.progress(step * 250, [{ ...arm('none'), states: [] }], takeFlow)
        await new Promise(resolve => setTimeout(resolve, 260 / FASTER))
      }
      await publisher.end(2_000, [{ ...arm('none'), states: [] }], {}, takeFlow)
      const told = heard.flatMap(({ flow }) => flow?.dots.map(([, number]: Dot) => number) ?? [])
      assert.deepEqual(told, knows ? Array.from({ length: index }, (_, number) => number) : [])
      if (!knows) assert.equal(bodies.filter(({ progress }) => progress?.flow).length, 1, 'asked once')
    }
  })

  it('and a step that a server without totals may not have heard ends the publishing', async test => {
    const old: Meddle = ({ progress }, nth) =>
      progress?.arms.some(one => one.totals) ? 422 : nth === 4 ? 'lose' : 'take'
    const { url, bodies, runs } = await meddling(test, old)
    await publish(url, 10)
    assert.equal(bodies.filter(({ progress }) => progress).length, 4)
    assert.equal((runs.describe()[0] as { status: string }).status, 'running')
  })
})

// biome-ignore lint/suspicious/noExplicitAny: as above.
function withoutStates(event: any) {
  return { ...event, arms: event.arms?.map(({ states, ...rest }: { states?: unknown }) => rest) }
}

describe('the publisher of the command line', () => {
  const totals = (success: number, states: ArmTotals['states'] = []): ArmTotals[] => [
    { ...arm('none'), success, calls: success, states },
  ]

  it('tells differences that add up, though it leaves steps out', async test => {
    const stream = await page(test)
    const publisher = openPublisher({ url: new URL(server.url), clock: systemClock })
    publisher.start({ id: 'cli', title: 't', arms: [{ name: 'none' }], load: {} })
    for (let success = 1; success <= 2_000; success += 1) publisher.progress(success, totals(success))
    const states = [
      { atMs: 0, state: 'closed' as const },
      { atMs: 7, state: 'open' as const },
    ]
    await publisher.end(2_001, totals(2_001, states), { verdict: 'Done.' })
    await stream.until('run', ({ data }) => data.type === 'end' && data.id === 'cli')
    const steps = stream.heard.filter(({ data }) => data.type === 'progress' && data.id === 'cli')
    assert.equal(
      steps.reduce((sum, { data }) => sum + data.arms[0].success, 0),
      2_001,
    )
    assert.ok(steps.length <= 3, `${steps.length} steps`)
    assert.deepEqual(steps.at(-1)?.data.arms[0].states, states)
  })

  it('is harmless where nobody listens, where it is refused, and where nothing is answered', async test => {
    const locked = await startTestServer(test, { token: 'secret' })
    const mute = await listen(
      createServer(() => {}),
      test,
    )
    for (const url of ['http://127.0.0.1:9', locked.url, mute]) {
      const publisher = openPublisher({ url: new URL(url), clock: systemClock })
      publisher.start({ id: 'x', title: '', arms: [{ name: 'none' }], load: {} })
      publisher.progress(1, totals(1))
      await publisher.end(2, totals(2))
    }
  })

  it('uses the token', async test => {
    const locked = await startTestServer(test, { token: 'secret' })
    const stream = await page(test, locked.url)
    const publisher = openPublisher({ url: new URL(locked.url), token: 'secret', clock: systemClock })
    publisher.start({ id: 'x', title: '', arms: [{ name: 'none' }], load: {} })
    await publisher.end(2, totals(2))
    await stream.until('run', ({ data }) => data.type === 'end')
  })
})
