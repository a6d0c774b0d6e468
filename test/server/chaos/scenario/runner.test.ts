/** Scenario runs: on the session's clock, and taken back when they end. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parseScenario, readScenarios } from '../../../../server/chaos/scenario/files.ts'
import { ScenarioRunner } from '../../../../server/chaos/scenario/runner.ts'
import { troubleOf } from '../../../../server/chaos/scenario/schema.ts'
import type { ChaosEvent } from '../../../../server/chaos/session/events.ts'
import { chaosControl } from '../../../support/chaos-control.ts'
import { control } from '../../../support/control.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { ROOT } from '../../../support/project.ts'
import { startTestServer } from '../../../support/server.ts'

const FOLDER = join(ROOT, 'data/scenarios')

const LOAD = { rate: 10, duration: '10s' }
const scenario = (given: object) => ({ name: 'x', title: 'X', about: 'x', lasts: '10s', load: LOAD, ...given })

suite('the shipped scenarios', () => {
  test('are the ten that were promised', () => {
    assert.deepEqual(
      readScenarios(FOLDER).map(({ name }) => name),
      [
        'bad-deploy',
        'blackout',
        'brownout',
        'coin-flip',
        'flapping',
        'half-open-trap',
        'poison-product',
        'rate-limited',
        'retry-storm',
        'slow-drip',
      ],
    )
    assert.equal(readdirSync(FOLDER).length, 10)
  })

  for (const shipped of readScenarios(FOLDER)) {
    test(`${shipped.name} is called like its file, plays to its end and leaves nothing behind`, () => {
      assert.ok(readdirSync(FOLDER).includes(`${shipped.name}.json`))
      const { clock, control, runner, settings, set } = stage()
      set({ failRate: 77, latency: { distribution: 'fixed', delay: '1s' }, sampler: 'deck' })
      const before = settings()
      assert.ok(runner.start(shipped, control.sessions.first))
      assert.notEqual(settings().failRate, 77)
      assert.notDeepEqual(settings().latency, before.latency)
      assert.deepEqual([settings().seed, settings().sampler], ['42', 'deck'])
      clock.advance(3_600_000)
      assert.deepEqual(settings(), before)
      assert.deepEqual(runner.runs(), [])
      assert.equal(clock.pending, 0)
    })
  }
})

function stage() {
  const { clock, control, set, isDown } = chaosControl()
  const events: ChaosEvent[] = []
  control.on(event => events.push(event))
  const { first } = control.sessions
  return {
    clock,
    control,
    events,
    runner: new ScenarioRunner(control, []),
    settings: () => first.layers.effective(),
    set: (patch: object) => set(first, patch),
    isDown: () => isDown(first),
  }
}

suite('the timeline', () => {
  test('sets, for a while or for good, ramps, declares outages, and marks', () => {
    const { clock, control, runner, settings, events, isDown } = stage()
    const parsed = parseScenario(
      scenario({
        base: { failRate: 5, capacity: {} },
        timeline: [
          { at: '1s', set: { sampler: 'deck' } },
          { at: '2s', for: '2s', set: { failRate: 50, capacity: { slow: 8 } }, mark: 'trouble' },
          { at: '5s', for: '1s', ramp: { member: 'failRate', from: 0, to: 100 } },
          { at: '7s', for: '1s', outage: {} },
        ],
      }),
    )
    runner.start(parsed, control.sessions.first)
    const seen: Record<number, unknown> = {}
    for (let at = 0; at < 10_000; at += 500) {
      const { failRate, sampler, capacity } = settings()
      seen[at] = [failRate, sampler, capacity?.slow, isDown()]
      clock.advance(500)
    }
    const injectsNothing = (failRate: number, down = false) => [failRate, 'deck', 1, down]
    assert.deepEqual(seen, {
      0: [5, 'bernoulli', 1, false],
      500: [5, 'bernoulli', 1, false],
      1000: injectsNothing(5),
      1500: injectsNothing(5),
      2000: [50, 'deck', 8, false],
      2500: [50, 'deck', 8, false],
      3000: [50, 'deck', 8, false],
      3500: [50, 'deck', 8, false],
      4000: injectsNothing(5),
      4500: injectsNothing(5),
      5000: injectsNothing(0),
      5500: injectsNothing(50),
      6000: injectsNothing(100),
      6500: injectsNothing(100),
      7000: injectsNothing(100, true),
      7500: injectsNothing(100, true),
      8000: injectsNothing(100),
      8500: injectsNothing(100),
      9000: injectsNothing(100),
      9500: injectsNothing(100),
    })
    assert.deepEqual([settings().failRate, settings().capacity], [0, null])
    const story = events.filter(event => event.type === 'scenario').map(event => [event.change, event.text])
    assert.deepEqual(story, [
      ['started', ''],
      ['marked', 'trouble'],
      ['finished', ''],
    ])
    assert.deepEqual(troubleOf(parsed), [
      { fromMs: 2_000, toMs: 4_000, what: 'trouble' },
      { fromMs: 5_000, toMs: 6_000, what: 'failRate' },
      { fromMs: 7_000, toMs: 8_000, what: 'outage' },
    ])
  })

  test('a later step of the list goes before a ramp that has ended or still moves', () => {
    const { clock, control, runner, settings } = stage()
    const timeline = [
      { at: '0s', for: '4s', ramp: { member: 'capacity.slow', from: 1, to: 5 } },
      { at: '1s', for: '1s', set: { capacity: { slow: 50 } } },
      { at: '6s', set: { capacity: { slow: 2 } } },
    ]
    runner.start(parseScenario(scenario({ base: { capacity: { workers: 7 } }, timeline })), control.sessions.first)
    const seen: (number | undefined)[] = []
    for (let at = 500; at < 8_000; at += 1_000) {
      clock.advance(at === 500 ? 500 : 1_000)
      seen.push(settings().capacity?.slow)
      assert.equal(settings().capacity?.workers, 7)
    }
    assert.deepEqual(seen, [1.5, 50, 3.5, 4.5, 5, 5, 2, 2])
  })

  test('begins at the 0 of a session that has not begun', () => {
    const { clock, control, runner } = stage()
    const session = control.create({ id: 'arm', startsInMs: 1_000, pinned: true })
    assert.ok(session)
    runner.start(parseScenario(scenario({ timeline: [{ at: '2s', set: { failRate: 50 } }] })), session)
    clock.advance(2_999)
    assert.equal(session.layers.effective().failRate, 0)
    clock.advance(1)
    assert.equal(session.layers.effective().failRate, 50)
    assert.equal(control.sessions.first.layers.effective().failRate, 0)
  })

  test('the newest change wins, until the scenario changes the same member again', () => {
    const { clock, control, runner, settings, set } = stage()
    const timeline = [
      { at: '2s', set: { sampler: 'deck' } },
      { at: '4s', set: { failRate: 20 } },
    ]
    runner.start(parseScenario(scenario({ base: { failRate: 10 }, timeline })), control.sessions.first)
    clock.advance(1_000)
    set({ failRate: 99 })
    clock.advance(2_000)
    assert.deepEqual([settings().failRate, settings().sampler], [99, 'deck'])
    clock.advance(1_000)
    assert.equal(settings().failRate, 20)
    clock.advance(10_000)
    assert.deepEqual([settings().failRate, settings().sampler], [99, 'bernoulli'])
  })

  test('stopping, another run and a reset take everything back', () => {
    const { clock, control, runner, settings, isDown } = stage()
    const { first } = control.sessions
    const parsed = parseScenario(scenario({ base: { failRate: 10 }, timeline: [{ at: '0s', for: '9s', outage: {} }] }))
    const run = runner.start(parsed, first)
    assert.deepEqual([settings().failRate, isDown()], [10, true])
    run?.stop('stopped')
    assert.deepEqual([settings().failRate, isDown(), runner.runs().length, clock.pending], [0, false, 0, 0])
    runner.start(parsed, first)
    runner.start(parsed, first)
    assert.equal(runner.runs().length, 1)
    control.reset(first)
    assert.deepEqual([settings().failRate, isDown(), runner.runs().length, clock.pending], [0, false, 0, 0])
  })
})

test('rate-limited counts as impolite what is sent again before there is a token for it, as its text says', async t => {
  const clock = new ManualClock()
  const server = await startTestServer(t, { clock })
  const call = control(server)
  assert.equal((await call('POST', '/chaos/scenarios/rate-limited/runs')).status, 201)
  const ask = async () => {
    const answer = await fetch(`${server.url}/catalogs/155568600`)
    await answer.text()
    return answer
  }
  // The burst of twenty passes; the first that is refused came in good faith, the four after it did not.
  for (let index = 0; index < 20; index += 1) assert.equal((await ask()).status, 200)
  const refused = await ask()
  assert.deepEqual([refused.status, refused.headers.get('Retry-After')], [429, '1'])
  for (let index = 0; index < 4; index += 1) assert.equal((await ask()).status, 429)
  clock.advance(1_000)
  assert.equal((await ask()).status, 200)
  const { body } = await call('GET', '/chaos/stats')
  assert.deepEqual([body.requests, body.faults['rate-limit'], body.impolite], [26, 5, 4])
})
