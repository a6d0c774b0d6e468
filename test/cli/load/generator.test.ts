/** Playing a schedule: nothing waits for an answer, everything is counted, everything can be stopped. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateLoad } from '../../../cli/load/generator.ts'
import { Recorder } from '../../../cli/load/recorder.ts'
import { batches, closedLoop } from '../../../cli/load/schedule.ts'
import type { Answer, Outgoing, Send } from '../../../cli/policy/send.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const OK: Answer = { outcome: 'success', status: 200, failure: null, retryAfterMs: 0, body: null, ageMs: 0 }
const GIVEN_UP: Answer = { ...OK, outcome: 'failed', status: 0, failure: 'aborted' }

/** Answers after `ms`, at once for 0, never for Infinity; notes what was sent when. */
function upstream(clock: ManualClock, ms: number) {
  const sent: { at: number; request: Outgoing }[] = []
  const send: Send = (request, done) => {
    sent.push({ at: clock.now(), request })
    if (ms === 0) {
      done(OK)
      return () => {}
    }
    const stop = ms === Number.POSITIVE_INFINITY ? () => {} : clock.after(ms, () => done(OK))
    return () => {
      stop()
      done(GIVEN_UP)
    }
  }
  return { sent, send }
}

async function drive(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(10)
    await Promise.resolve()
  }
}

const common = { codes: ['a', 'b', 'c'], seed: 's', connections: 64 }

describe('generateLoad', () => {
  it('sends each batch at its time, however slow the answers are, and to every arm', async () => {
    const clock = new ManualClock()
    const [slow, fast] = [upstream(clock, 5_000), upstream(clock, 0)]
    const arms = [slow, fast].map(({ send }, index) => ({ send, recorder: new Recorder(`arm ${index}`, 30, clock) }))
    const played = generateLoad({ ...common, schedule: batches(30, 10, 100), arms, clock })
    await drive(clock, 6_000)
    const { sent, late, durationMs, interrupted } = await played
    assert.deepEqual(
      { sent, late, durationMs, interrupted },
      { sent: 30, late: 0, durationMs: 5_200, interrupted: false },
    )
    for (const { sent } of [slow, fast]) {
      assert.deepEqual(
        sent.map(({ at }) => at),
        Array.from({ length: 30 }, (_, index) => Math.floor(index / 10) * 100),
      )
      assert.deepEqual([sent[0]?.request.key, sent[4]?.request.key, sent[4]?.request.code], ['s-0', 's-4', 'b'])
    }
    assert.equal(arms[0]?.recorder.measured().latencyMs.success.p50, 5_000)
    assert.equal(arms[1]?.recorder.measured().latencyMs.success.max, 0)
  })

  it('ends when every answer of every arm came at once', async () => {
    const clock = new ManualClock()
    const arms = [0, 1, 2].map(index => ({
      send: upstream(clock, 0).send,
      recorder: new Recorder(`arm ${index}`, 7, clock),
    }))
    await generateLoad({ ...common, schedule: batches(7, 7, 0), arms, clock })
    assert.deepEqual(
      arms.map(arm => arm.recorder.settled),
      [7, 7, 7],
    )
  })

  it('counts what leaves late, and measures latency from the plan all the same', async () => {
    const clock = new ManualClock()
    const { send } = upstream(clock, 0)
    const recorder = new Recorder('none', 3, clock)
    const sluggish = { now: () => clock.now(), after: (ms: number, act: () => void) => clock.after(ms + 50, act) }
    const played = generateLoad({
      ...common,
      schedule: batches(3, 1, 100),
      arms: [{ send, recorder }],
      clock: sluggish,
    })
    await drive(clock, 1_000)
    const { late, lagMs } = await played
    assert.equal(late, 2)
    assert.equal(lagMs.max, 50)
    assert.equal(recorder.measured().latencyMs.success.max, 50)
  })

  it('gives up what is under way when it is interrupted, and sends nothing more', async () => {
    const clock = new ManualClock()
    const { send, sent } = upstream(clock, Number.POSITIVE_INFINITY)
    const recorder = new Recorder('none', 100, clock)
    const stop = new AbortController()
    const played = generateLoad({
      ...common,
      schedule: batches(100, 10, 100),
      arms: [{ send, recorder }],
      clock,
      signal: stop.signal,
    })
    await drive(clock, 250)
    stop.abort('SIGINT')
    const { interrupted, sent: left } = await played
    assert.equal(interrupted, true)
    assert.equal(left, 30)
    assert.deepEqual(recorder.measured().failures, { aborted: 30 })
    await drive(clock, 2_000)
    assert.equal(sent.length, 30)
    assert.equal(clock.pending, 0)
  })

  it('sends nothing at all when it was interrupted before it began', async () => {
    const clock = new ManualClock()
    const { send, sent } = upstream(clock, 0)
    const arms = [{ send, recorder: new Recorder('none', 5, clock) }]
    const played = await generateLoad({
      ...common,
      schedule: batches(5, 5, 0),
      arms,
      clock,
      signal: AbortSignal.abort(),
    })
    assert.deepEqual([played.sent, played.interrupted, sent.length], [0, true, 0])
  })

  it('tells its progress four times a second', async () => {
    const clock = new ManualClock()
    const { send } = upstream(clock, 0)
    const shares: number[] = []
    const arms = [{ send, recorder: new Recorder('none', 10, clock) }]
    const onProgress = (share: number) => shares.push(share)
    const played = generateLoad({ ...common, schedule: batches(10, 1, 80), arms, clock, onProgress })
    await drive(clock, 1_000)
    await played
    assert.deepEqual(shares, [0.4, 0.7])
    assert.equal(clock.pending, 0)
  })
})

describe('a closed loop', () => {
  it('keeps so many under way, and counts latency from the real start', async () => {
    const clock = new ManualClock()
    const { send, sent } = upstream(clock, 100)
    const recorder = new Recorder('none', 10, clock)
    const played = generateLoad({ ...common, schedule: closedLoop(10, 2), arms: [{ send, recorder }], clock })
    await drive(clock, 1_000)
    const { durationMs, late } = await played
    assert.deepEqual([durationMs, late], [500, 0])
    assert.deepEqual(
      sent.map(({ at }) => at),
      [0, 0, 100, 100, 200, 200, 300, 300, 400, 400],
    )
    assert.equal(recorder.measured().latencyMs.success.max, 100)
  })

  it('lets each arm go on at its own pace', async () => {
    const clock = new ManualClock()
    const arms = [100, 50].map((ms, index) => ({
      ...upstream(clock, ms),
      recorder: new Recorder(`arm ${index}`, 4, clock),
    }))
    const played = generateLoad({ ...common, schedule: closedLoop(4, 1), arms, clock })
    await drive(clock, 1_000)
    assert.equal((await played).durationMs, 400)
    assert.deepEqual(
      arms.map(arm => arm.sent.at(-1)?.at),
      [300, 150],
    )
  })

  it('does not choke on answers that come at once', async () => {
    const arms = [{ send: upstream(new ManualClock(), 0).send, recorder: new Recorder('none', 200_000, systemClock) }]
    const { sent } = await generateLoad({ ...common, schedule: closedLoop(200_000, 3), arms, clock: systemClock })
    assert.equal(sent, 200_000)
    assert.equal(arms[0]?.recorder.settled, 200_000)
  })
})

describe('an open loop that outruns its connections', () => {
  it('holds the next batch back, and says how late it was, but sends a batch whole', async () => {
    const clock = new ManualClock()
    const { send, sent } = upstream(clock, 1_000)
    const recorder = new Recorder('none', 9_000, clock)
    const played = generateLoad({ ...common, schedule: batches(9_000, 3_000, 100), arms: [{ send, recorder }], clock })
    await drive(clock, 200)
    assert.equal(sent.length, 3_000)
    await drive(clock, 3_500)
    const { late } = await played
    assert.equal(late, 6_000)
    assert.deepEqual([...new Set(sent.map(({ at }) => at))], [0, 1_000, 2_000])
    assert.equal(recorder.measured().latencyMs.success.max, 2_800)
  })
})
