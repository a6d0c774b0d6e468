/** Polls over HTTP: one vote a key, changeable until it closes; what strangers send is bounded; the host alone asks and closes. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MAX_POLL_CHOICES, MAX_POLL_TEXT, MAX_POLLS, MAX_VOTES } from '../../../server/config/limits.ts'
import { type Poll, Polls } from '../../../server/workshop/polls.ts'
import { control } from '../../support/control.ts'
import { openEvents } from '../../support/event-stream.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { startTestServer } from '../../support/server.ts'

const QUESTION = { asks: 'Who answers more?', choices: ['breaker', 'none', 'both the same'] }
const HOST = { authorization: 'Bearer of-the-host' }

/** A locked server with a poll, and attendees who each have a session. */
async function room(test: { after(close: () => Promise<void>): void }) {
  const server = await startTestServer(test, { token: 'of-the-host', openSessions: true })
  const call = control(server)
  const poll = (await call('POST', '/polls', QUESTION, HOST)).body as Poll
  const join = async (id: string, key?: string) => {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const made = await call('POST', '/chaos/sessions', { id }, headers)
    return String(made.body.key)
  }
  const vote = (session: string, key: string, choice: unknown) =>
    call('PUT', `/polls/${poll.id}/vote?session=${session}`, { choice }, { authorization: `Bearer ${key}` })
  return { server, call, poll, join, vote }
}

describe('a poll', () => {
  it('counts one vote a key, the last one, in whichever of its sessions', async test => {
    const { call, poll, join, vote } = await room(test)
    const [ana, bo] = [await join('ana'), await join('bo')]
    await join('ana-2', ana)
    assert.deepEqual((await vote('ana', ana, 0)).body.counts, [1, 0, 0])
    assert.deepEqual((await vote('ana', ana, 2)).body.counts, [0, 0, 1])
    assert.deepEqual((await vote('ana-2', ana, 1)).body.counts, [0, 1, 0])
    assert.deepEqual((await vote('bo', bo, 1)).body.counts, [0, 2, 0])
    assert.deepEqual((await call('GET', `/polls/${poll.id}`)).body.counts, [0, 2, 0])
  })

  it('takes no vote in the session of another, and none without a key', async test => {
    const { call, poll, join, vote } = await room(test)
    const [ana, bo] = [await join('ana'), await join('bo')]
    assert.equal((await vote('ana', bo, 0)).status, 401)
    assert.equal((await vote('default', ana, 0)).status, 401)
    assert.equal((await call('PUT', `/polls/${poll.id}/vote`, { choice: 0 })).status, 401)
    assert.deepEqual((await call('GET', `/polls/${poll.id}`)).body.counts, [0, 0, 0])
  })

  it('is asked, closed, answered and removed by the host alone', async test => {
    const { call, poll, join, vote } = await room(test)
    const ana = await join('ana')
    const mine = { authorization: `Bearer ${ana}` }
    for (const [method, path, body] of [
      ['POST', '/polls?session=ana', QUESTION],
      ['PATCH', `/polls/${poll.id}?session=ana`, { open: false }],
      ['DELETE', `/polls/${poll.id}?session=ana`, undefined],
    ] as const) {
      assert.equal((await call(method, path, body, mine)).status, 401, method)
    }
    assert.equal((await call('PATCH', `/polls/${poll.id}`, { open: false }, HOST)).body.open, false)
    const late = await vote('ana', ana, 0)
    assert.equal(late.status, 409)
    assert.match(late.body.detail, /closed/)
    assert.equal((await call('PATCH', `/polls/${poll.id}`, { open: true }, HOST)).body.open, true)
    const answered = (await call('PATCH', `/polls/${poll.id}`, { answer: 1 }, HOST)).body
    assert.deepEqual([answered.open, answered.answer], [false, 1])
    assert.equal((await call('DELETE', `/polls/${poll.id}`, undefined, HOST)).status, 204)
    assert.equal((await call('GET', `/polls/${poll.id}`)).status, 404)
  })

  it('closes the one before it', async test => {
    const { call, poll } = await room(test)
    await call('POST', '/polls', { ...QUESTION, asks: 'And now?' }, HOST)
    const { polls } = (await call('GET', '/polls')).body
    assert.deepEqual(
      polls.map(({ asks, open }: Poll) => [asks, open]),
      [
        ['And now?', true],
        [poll.asks, false],
      ],
    )
  })

  for (const [what, body] of Object.entries({
    'is too long': { ...QUESTION, asks: 'x'.repeat(MAX_POLL_TEXT + 1) },
    'has one choice': { ...QUESTION, choices: ['one'] },
    'has too many choices': { ...QUESTION, choices: Array.from({ length: MAX_POLL_CHOICES + 1 }, (_, at) => `${at}`) },
    'has a choice that is no text': { ...QUESTION, choices: ['one', 2] },
    'changes the terminal of who reads it': { ...QUESTION, asks: '\u001b[2J' },
    'has members of its own': { ...QUESTION, html: '<b>' },
  })) {
    it(`is refused where it ${what}`, async test => {
      const call = control(await startTestServer(test))
      assert.equal((await call('POST', '/polls', body)).status, 422)
      assert.deepEqual((await call('GET', '/polls')).body, { polls: [] })
    })
  }

  it('takes no choice that is not there', async test => {
    const { call, poll, join, vote } = await room(test)
    const ana = await join('ana')
    for (const choice of [3, -1, 1.5, '0', null, 99])
      assert.equal((await vote('ana', ana, choice)).status, 422, String(choice))
    assert.equal((await call('PATCH', `/polls/${poll.id}`, { answer: 3 }, HOST)).status, 422)
  })

  it('is told to every page, with its votes', async test => {
    const { server, join, vote } = await room(test)
    const ana = await join('ana')
    const events = await openEvents(`${server.url}/chaos/events`)
    test.after(() => events.close())
    await vote('ana', ana, 1)
    const { data } = await events.until('poll')
    assert.deepEqual(data.counts, [0, 1, 0])
  })
})

describe('the polls of a server', () => {
  const open = () => {
    const told: Poll[] = []
    const clock = new ManualClock()
    let ids = 0
    const polls = new Polls({ clock, wall: () => 0, nextId: () => `poll-${++ids}`, changed: poll => told.push(poll) })
    return { polls, clock, told }
  }

  it('tell of many votes a few times a second', () => {
    const { polls, clock, told } = open()
    const { id } = polls.ask('?', ['a', 'b'])
    for (let voter = 0; voter < 200; voter++) polls.vote(id, String(voter), voter % 2)
    assert.equal(told.length, 1)
    clock.advance(250)
    assert.deepEqual(told.at(-1)?.counts, [100, 100])
    assert.equal(told.length, 2)
    clock.advance(1_000)
    assert.equal(told.length, 2)
  })

  it('remember so many, and so many votes', () => {
    const { polls } = open()
    for (let asked = 0; asked < MAX_POLLS + 3; asked++) polls.ask(String(asked), ['a', 'b'])
    const all = polls.list()
    assert.equal(all.length, MAX_POLLS)
    assert.equal(all.filter(poll => poll.open).length, 1)
    const id = all[0]?.id ?? ''
    for (let voter = 0; voter < MAX_VOTES; voter++) polls.vote(id, String(voter), 0)
    assert.throws(() => polls.vote(id, 'another', 0), /no more can/)
    assert.deepEqual(polls.vote(id, '7', 1).counts, [MAX_VOTES - 1, 1])
  })

  it('tell nothing after they were closed', () => {
    const { polls, clock, told } = open()
    const { id } = polls.ask('?', ['a', 'b'])
    polls.vote(id, 'x', 0)
    polls.close()
    clock.advance(1_000)
    assert.equal(told.length, 1)
  })
})
