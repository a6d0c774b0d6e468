/** A challenge in virtual time: waiting for a steady client, exams, everything put back, and what spoils it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MAX_RECOVERY_MS, MAX_WAIT_MS } from '../../../server/challenge/challenge.ts'
import type { ChallengeWish } from '../../../server/challenge/challenges.ts'
import { EXAMS, type ExamName } from '../../../server/challenge/exams.ts'
import { Recorder } from '../../../server/challenge/recorder.ts'
import type { ChaosEvent } from '../../../server/chaos/session/events.ts'
import type { Session } from '../../../server/chaos/session/session.ts'
import { requestRecord } from '../../support/request-record.ts'
import { simpleBreaker, virtualServer } from './virtual-client.ts'

const ALL: ChallengeWish = { name: 'Ana', exams: EXAMS, loop: 'open' }
const only = (...exams: ExamName[]) => ({ ...ALL, exams })

/** A server with a session that fails at 70 % when no challenge is on, and a challenge in it. */
function challenged(wish = ALL) {
  const server = virtualServer()
  const session = server.make('ana')
  server.set(session, { failRate: 70 })
  const events: ChaosEvent[] = []
  server.control.on(event => events.push(event))
  const challenge = server.challenges.start(session, wish)
  return { ...server, session, challenge, events }
}

const isPutBack = (session: Session) => {
  const { failRate, latency, capacity } = session.layers.effective()
  assert.deepEqual({ failRate, latency, capacity }, { failRate: 70, latency: null, capacity: null })
  assert.ok(session.declaredOutages.none)
  assert.equal(session.observer, null)
  assert.equal(session.scenarioRun, null)
}

describe('a challenge', () => {
  it('plays all exams to a client without a breaker in about three minutes, and puts everything back', () => {
    const { clock, challenge, startClient, session, events } = challenged()
    startClient()
    clock.advance(180_000)
    assert.equal(challenge.phase, 'done')
    const { overall, outage, hang, connections } = challenge.grades
    assert.deepEqual(
      [overall, outage, hang, connections].map(({ grade }) => grade),
      ['D', 'F', 'A', 'A'],
    )
    isPutBack(session)
    const told = events.flatMap(event =>
      event.type === 'challenge' ? [`${event.phase} ${event.exam}${event.overall}`] : [],
    )
    assert.deepEqual(told, [
      'waiting ',
      ...EXAMS.flatMap(exam => [`playing ${exam}`, 'waiting ']).slice(0, -1),
      'done D',
    ])
  })

  it('gives a client with a breaker an A', () => {
    const { clock, challenge, startClient } = challenged()
    startClient({ policy: simpleBreaker() })
    clock.advance(180_000)
    const letters = Object.fromEntries(Object.entries(challenge.grades).map(([name, { grade }]) => [name, grade]))
    assert.equal(challenge.phase, 'done')
    assert.deepEqual([letters.outage, letters.return, letters.rush, letters.amplification], ['A', 'A', 'A', 'A'])
    assert.ok(letters.overall === 'A' || letters.overall === 'B', JSON.stringify(letters))
  })

  it('plays one exam alone, without an overall grade', () => {
    const { clock, challenge, startClient, session } = challenged(only('flips'))
    startClient()
    clock.advance(30_000)
    assert.equal(challenge.phase, 'done')
    assert.deepEqual(Object.keys(challenge.results), ['flips'])
    assert.deepEqual(challenge.grades.overall, { grade: null, reason: 'partial' })
    assert.notEqual(challenge.grades.flips.grade, null)
    isPutBack(session)
  })

  it('waits for the pace, for one client, and for as long as it allows', () => {
    const { clock, challenge, startClient, session } = challenged()
    const stop = startClient({ perSecond: 12 })
    clock.advance(20_000)
    assert.equal(challenge.phase, 'waiting')
    assert.deepEqual([challenge.calm?.unsteady, Math.round(challenge.calm?.pace ?? 0)], ['pace', 12])
    stop()
    const stops = [startClient({ perSecond: 10 }), startClient({ perSecond: 10.1 })]
    clock.advance(20_000)
    assert.equal(challenge.calm?.unsteady, 'turn')
    for (const end of stops) end()
    clock.advance(MAX_WAIT_MS)
    assert.deepEqual([challenge.phase, challenge.stopped], ['stopped', 'unsteady'])
    isPutBack(session)
  })

  it('puts an exam off where the client is not steady any more, before the trouble begins', () => {
    const { clock, challenge, startClient, events } = challenged(only('outage'))
    const stop = startClient()
    clock.advance(7_000)
    assert.equal(challenge.phase, 'playing')
    stop()
    clock.advance(5_000)
    assert.equal(challenge.phase, 'waiting')
    startClient()
    clock.advance(45_000)
    assert.equal(challenge.phase, 'done')
    assert.equal(challenge.grades.outage.grade, 'F')
    assert.equal(events.filter(event => event.type === 'challenge' && event.phase === 'playing').length, 2)
  })

  it('plays it in the end to one that never is, and says why it has no grade', () => {
    const { clock, challenge, startClient } = challenged(only('limit'))
    // Steady for a while, and then not: five seconds in each ten.
    let stop = startClient()
    for (let turn = 0; turn < 12 && !challenge.isOver; turn += 1) {
      clock.advance(7_000)
      stop()
      clock.advance(5_000)
      stop = startClient()
    }
    assert.equal(challenge.phase, 'done')
    assert.deepEqual(challenge.grades.early, { grade: null, reason: 'pace' })
  })

  it('judges what it has where the client does not come back', () => {
    const { clock, challenge, startClient, session } = challenged(only('flips', 'limit'))
    const stop = startClient()
    clock.advance(25_000)
    assert.deepEqual(Object.keys(challenge.results), ['flips'])
    stop()
    clock.advance(MAX_RECOVERY_MS + 1_000)
    assert.deepEqual([challenge.phase, challenge.stopped], ['done', 'unsteady'])
    assert.deepEqual(challenge.grades.early, { grade: null, reason: 'not-played' })
    isPutBack(session)
  })
})

describe('everything is put back', () => {
  const ways: Readonly<Record<string, (server: ReturnType<typeof challenged>) => void>> = {
    'when it is ended': ({ challenges, challenge }) => challenges.remove(challenge.id),
    'when the server ends': ({ challenges }) => challenges.close(),
    'when something else is played in the session': ({ session }) => session.scenarioRun?.stop('interrupted'),
  }
  for (const [how, act] of Object.entries(ways)) {
    for (const [phase, afterMs] of [
      ['waiting', 2_000],
      ['playing', 12_000],
    ] as const) {
      it(`${how} while ${phase}`, () => {
        const server = challenged()
        server.startClient()
        server.clock.advance(afterMs)
        assert.equal(server.challenge.phase, phase)
        act(server)
        assert.equal(server.challenge.phase, 'stopped')
        isPutBack(server.session)
        server.clock.advance(60_000)
        assert.equal(server.challenge.phase, 'stopped')
      })
    }
  }

  it('a reset and the end of its session stop it too', () => {
    const { control, challenge, session, clock } = challenged()
    control.reset(session)
    assert.deepEqual([challenge.phase, challenge.stopped, session.observer], ['stopped', 'interrupted', null])
    const other = challenged()
    other.control.sessions.delete('ana')
    assert.equal(other.challenge.phase, 'stopped')
    clock.advance(MAX_WAIT_MS)
  })
})

describe('an exam is spoilt', () => {
  const disturbances: Readonly<Record<string, (server: ReturnType<typeof challenged>) => void>> = {
    'by a change in its session': ({ set, session }) => void set(session, { failRate: 10 }),
    'by a change in the default session': ({ set, control }) => void set(control.sessions.first, { failRate: 10 }),
    'by an outage that is declared': ({ control }) =>
      control.emit({ type: 'outage', session: 'default', change: 'declared', what: 'x' }),
  }
  for (const [how, act] of Object.entries(disturbances)) {
    it(how, () => {
      const server = challenged(only('flips'))
      server.startClient()
      server.clock.advance(12_000)
      assert.equal(server.challenge.phase, 'playing')
      act(server)
      server.clock.advance(20_000)
      assert.deepEqual(server.challenge.results, { flips: { spoilt: 'disturbed' } })
      assert.deepEqual(server.challenge.grades.flips, { grade: null, reason: 'disturbed' })
    })
  }

  it('not by what happens in another session, or while it waits', () => {
    const server = challenged(only('flips'))
    const other = server.make('bea')
    server.set(server.control.sessions.first, { failRate: 5 })
    server.startClient()
    server.clock.advance(12_000)
    server.set(other, { failRate: 10 })
    server.clock.advance(20_000)
    assert.equal(server.challenge.phase, 'done')
    assert.notEqual(server.challenge.grades.flips.grade, null)
  })
})

describe('the recorder', () => {
  it('remembers so many requests and no more, and says so', () => {
    const recorder = new Recorder(3)
    const records = Array.from({ length: 5 }, (_, n) => requestRecord({ startedAt: n * 10 }))
    for (const record of records) recorder.arrived(record, {})
    for (const record of records) recorder.ended(record, false)
    assert.deepEqual([recorder.truncated, recorder.since(0, 100).length], [true, 3])
    recorder.forgetBefore(20)
    assert.deepEqual([recorder.truncated, recorder.since(0, 100).length], [false, 1])
  })

  it('tells who ended a request, and the first on each connection', () => {
    const recorder = new Recorder()
    const connection = {}
    const ends = [
      { outcome: 'success', fault: '', left: false, end: 'ok' },
      { outcome: 'injected', fault: 'hang', left: true, end: 'left' },
      { outcome: 'injected', fault: 'hang', left: false, end: 'held' },
      { outcome: 'injected', fault: 'status', left: false, end: 'failed' },
      { outcome: 'aborted', fault: '', left: true, end: 'left' },
    ] as const
    for (const { outcome, fault, left } of ends) {
      const record = requestRecord({ outcome, fault, endedAt: 5 })
      recorder.arrived(record, connection)
      recorder.ended(record, left)
    }
    recorder.arrived(requestRecord(), {})
    assert.deepEqual(
      recorder.since(0, 50).map(({ end }) => end),
      [...ends.map(({ end }) => end), 'failed'],
    )
    assert.deepEqual(
      recorder.since(0, 50).map(({ opensConnection }) => opensConnection),
      [true, false, false, false, false, true],
    )
    assert.equal(recorder.since(0, 50).at(-1)?.endMs, 50)
  })
})
