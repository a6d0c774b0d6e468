/** Results of challenges outlive the server: kept beside the runs, bounded, hidden and removed for good. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { keepAlive } from '../../../server/catalog/keep-alive.ts'
import { type ChallengeRecord, ChallengeTable } from '../../../server/challenge/challenge-table.ts'
import type { ChallengeStore } from '../../../server/challenge/challenges.ts'
import { EXAMS } from '../../../server/challenge/exams.ts'
import { startServer } from '../../../server/server.ts'
import { control } from '../../support/control.ts'
import { resultsOf } from './recorded.ts'
import { simpleBreaker, virtualServer } from './virtual-client.ts'

const record = (id: string, client = 'good', more: Partial<ChallengeRecord> = {}): ChallengeRecord => ({
  ...{ id, session: 'ana', name: 'José', loop: 'open', exams: EXAMS, phase: 'done', stopped: null, hidden: false },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:03:00.000Z', results: resultsOf(client) },
  ...more,
})

function fileOf(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'challenges-'))
  test.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'catalog.sqlite')
}

/** Begins with an empty file that the server has made, and puts results in it while none runs. */
async function fileWith(test: TestContext, ...records: ChallengeRecord[]): Promise<string> {
  const database = fileOf(test)
  await (await startServer({ database })).close(0)
  const opened = keepAlive(new Sqlite(database))
  const table = new ChallengeTable(opened)
  for (const each of records) table.put(each)
  opened.close()
  return database
}

describe('the results of challenges', () => {
  it('are there after a restart, with their reports, and come before the ids of new ones', async test => {
    const database = await fileWith(test, record('challenge-1', 'lasier'), record('challenge-2', 'good'))
    const server = await startServer({ database })
    test.after(() => server.close(0))
    const call = control(server)
    const { challenges } = (await call('GET', '/challenges')).body
    assert.deepEqual(
      challenges.map((each: Record<string, unknown>) => [each.id, each.name, each.phase]),
      [
        ['challenge-2', 'José', 'done'],
        ['challenge-1', 'José', 'done'],
      ],
    )
    const whole = (await call('GET', '/challenges/challenge-1?lang=pt-BR')).body
    assert.equal(whole.report.length, 12)
    assert.equal(whole.grades.overall, 'D')
    assert.equal((await call('POST', '/challenges')).body.id, 'challenge-3')
  })

  it('that were hidden, removed or had their name taken stay so', async test => {
    const ids = ['challenge-1', 'challenge-2', 'challenge-3']
    const database = await fileWith(test, ...ids.map(id => record(id)))
    const first = await startServer({ database })
    const call = control(first)
    assert.equal((await call('PATCH', '/challenges/challenge-1', { hidden: true })).status, 200)
    assert.equal((await call('PATCH', '/challenges/challenge-2', { name: null })).body.name, 'ana')
    assert.equal((await call('PATCH', '/challenges/challenge-2', { name: 'Bia' })).status, 422)
    assert.equal((await call('DELETE', '/challenges/challenge-3')).status, 204)
    await first.close()
    const second = await startServer({ database })
    test.after(() => second.close(0))
    const shown = (await control(second)('GET', '/challenges?hidden=1')).body.challenges
    assert.deepEqual(
      shown.map((each: Record<string, unknown>) => [each.id, each.name, each.hidden]),
      [
        ['challenge-1', 'José', true],
        ['challenge-2', 'ana', false],
      ],
    )
  })

  it('of an earlier life belong to the host alone', async test => {
    const database = await fileWith(test, record('challenge-1'))
    const server = await startServer({ database, token: 'of-the-host', openSessions: true })
    test.after(() => server.close(0))
    const call = control(server)
    const { key } = (await call('POST', '/chaos/sessions', { id: 'ana' })).body
    const bearer = { Authorization: `Bearer ${key}` }
    assert.equal((await call('DELETE', '/challenges/challenge-1', undefined, bearer)).status, 401)
    assert.equal((await call('PATCH', '/challenges/challenge-1', { name: null }, bearer)).status, 401)
    const host = { Authorization: 'Bearer of-the-host' }
    assert.equal((await call('DELETE', '/challenges/challenge-1', undefined, host)).status, 204)
  })

  it('are bounded, the oldest going first, and what nobody can read is not shown', async test => {
    const database = keepAlive(new Sqlite(await fileWith(test)))
    test.after(() => database.close())
    const table = new ChallengeTable(database, 3)
    for (const id of ['a', 'b', 'c', 'd']) table.put(record(id))
    table.put(record('b', 'good', { hidden: true }))
    database.prepare('UPDATE challenges SET result = ? WHERE id = ?').run('{"of":"a later version"}', 'c')
    assert.deepEqual(
      table.list().map(({ id, hidden }) => [id, hidden]),
      [
        ['b', true],
        ['d', false],
      ],
    )
  })

  it('are kept when an exam was judged, and not before; a name that is hidden later is hidden there too', () => {
    const kept: ChallengeRecord[] = []
    const store: ChallengeStore = { list: () => [], put: each => kept.push(each), remove() {} }
    const { challenges, clock, control: chaos, make, startClient } = virtualServer(store)
    const session = make('ana')
    const none = challenges.start(session, { name: null, exams: EXAMS, loop: 'open' })
    none.stop('request')
    assert.equal(kept.length, 0)
    const challenge = challenges.start(session, { name: null, exams: ['outage'], loop: 'open' })
    startClient({ policy: simpleBreaker() })
    clock.advance(60_000)
    assert.equal(challenge.phase, 'done')
    assert.deepEqual(
      kept.map(({ id, phase, name }) => [id, phase, name]),
      [[challenge.id, 'done', 'ana']],
    )
    assert.deepEqual(kept.at(0)?.results, challenge.results)
    chaos.rename(session, { name: 'José' })
    assert.equal(kept.at(-1)?.name, 'José')
  })

  it('of one that is stopped in the middle are those that were judged by then', () => {
    const { challenges, clock, make, startClient } = virtualServer()
    const challenge = challenges.start(make('ana'), { name: null, exams: EXAMS, loop: 'open' })
    startClient()
    clock.advance(60_000)
    const judged = Object.keys(challenge.results)
    assert.ok(judged.length > 0 && judged.length < EXAMS.length)
    assert.ok(challenges.remove(challenge.id))
    assert.deepEqual([challenge.phase, Object.keys(challenge.results)], ['stopped', judged])
  })
})
