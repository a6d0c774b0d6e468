/** What a page needs to play lessons: the lessons, and which answers a kept run makes right. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openExperimentPort } from '../../../cli/experiment-port/port.ts'
import { readLessons } from '../../../server/lessons/lessons.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { kept } from '../../cli/runs/samples.ts'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'

const experiments = () =>
  openExperimentPort({
    ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
    usualUrl: new URL('http://127.0.0.1:8000'),
  })

describe('GET /lessons', () => {
  it('has all of them, whole', async test => {
    const { status, body } = await control(await startTestServer(test))('GET', '/lessons')
    assert.equal(status, 200)
    assert.deepEqual(body, JSON.parse(JSON.stringify({ lessons: readLessons() })))
  })
})

describe('GET /runs/{id}/expectations', () => {
  it('says which a run meets, and what was measured', async test => {
    const call = control(await startTestServer(test, { experiments: experiments() }))
    const result = kept('2026-01-01T00:00:00.000Z')
    const [first] = result.arms
    const { id } = (await call('POST', '/runs', { result })).body
    const rules = [`${first?.name}.requests>=1`, 'requests<1']
    const query = new URLSearchParams(rules.map(rule => ['expect', rule] as [string, string]))
    const { status, body } = await call('GET', `/runs/${id}/expectations?${query}`)
    assert.equal(status, 200)
    assert.deepEqual(
      body.expectations.map(({ text, passed }: { text: string; passed: boolean }) => [text, passed]),
      [
        [rules[0], true],
        [rules[1], false],
      ],
    )
  })

  for (const [what, query, status, said] of [
    ['nothing is asked', '', 400, /expect/],
    ['a rule cannot be read', 'expect=what', 400, /"what" is not an expectation/],
    ['an arm is not there', 'expect=nobody.useful%3E1', 400, /there is no arm nobody/],
    ['a rule is too long', `expect=${'x'.repeat(201)}`, 400, /200 characters/],
    [
      'there are too many',
      Array.from({ length: 31 }, () => 'expect=useful%3E1').join('&'),
      400,
      /1 to 30 expectations/,
    ],
  ] as const) {
    it(`refuses where ${what}`, async test => {
      const call = control(await startTestServer(test, { experiments: experiments() }))
      const { id } = (await call('POST', '/runs', { result: kept('2026-01-01T00:00:00.000Z') })).body
      const answer = await call('GET', `/runs/${id}/expectations?${query}`)
      assert.equal(answer.status, status)
      assert.match(answer.body.detail, said)
    })
  }

  it('knows no run that is not there, and judges nothing where the server is a library', async test => {
    const server = await startTestServer(test, { experiments: experiments() })
    assert.equal((await control(server)('GET', '/runs/nothing/expectations?expect=useful%3E1')).status, 404)
    const call = control(await startTestServer(test))
    const { id } = (await call('POST', '/runs', { result: kept('2026-01-01T00:00:00.000Z') })).body
    assert.equal((await call('GET', `/runs/${id}/expectations?expect=useful%3E1`)).status, 501)
  })
})
