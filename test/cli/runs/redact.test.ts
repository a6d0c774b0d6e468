/** What is kept and shared of a run holds no secret of its author; what a reader must know to make sense of it stays. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Result } from '../../../cli/report/result.ts'
import { redact } from '../../../cli/runs/redact.ts'
import { kept } from './samples.ts'

const request = { method: 'GET', path: '', codes: ['1'], headers: {}, body: null, expectsJson: false }
const run = (more: Partial<Result>): Result => kept('2026-01-01T00:00:00.000Z', more)
const asked = (part: Partial<NonNullable<Result['request']>>) =>
  redact(run({ request: { ...request, ...part } })).request

describe('a header', () => {
  for (const name of [
    ...['Authorization', 'Cookie', 'X-Api-Key', 'X-Auth', 'X-Access-Key', 'Ocp-Apim-Subscription-Key', 'X-Signature'],
    ...['Acceptance', 'X-Content-Type', 'Referer', 'X-Chaos'],
  ]) {
    it(`${name} is hidden`, () => {
      assert.deepEqual(asked({ headers: { [name]: 'secret' } })?.headers, { [name]: 'hidden' })
    })
  }

  for (const name of ['Accept', 'accept-language', 'Content-Type', 'User-Agent', 'X-Chaos-Session']) {
    it(`${name} stays`, () => {
      assert.deepEqual(asked({ headers: { [name]: 'text' } })?.headers, { [name]: 'text' })
    })
  }
})

describe('an address', () => {
  for (const [address, shown] of [
    ['http://a/b', 'http://a/b'],
    ['http://ana:pw@a/b', 'http://a/b'],
    ['http://a/b?api_key=s&access_token=s', 'http://a/b?api_key=hidden&access_token=hidden'],
    ['http://a/b?x=a=b&y=&z', 'http://a/b?x=hidden&y=hidden&hidden'],
    ["http://a/b?x=(s)'s,s", 'http://a/b?x=hidden'],
    ['http://a/b#access_token=s', 'http://a/b'],
    ['http://a/?q=1#s', 'http://a/?q=hidden'],
    ['https://u@a:8443/?x=1', 'https://a:8443/?x=hidden'],
  ] as const) {
    it(`${address} is kept as ${shown}, also within a text`, () => {
      const verdict = { text: `Nothing listens at ${address}. Every one.`, hint: '', usefulPoints: null, ci95: null }
      const { target, verdict: said } = redact({ ...run({ target: address }), verdict })
      assert.equal(target, shown)
      assert.equal(said.text, `Nothing listens at ${shown}. Every one.`)
    })
  }

  it('tells its place for codes in a path and in a query', () => {
    assert.equal(asked({ path: '/p/{code}?id={code}&key=s&{code}' })?.path, '/p/{code}?id={code}&key=hidden&{code}')
  })
})

it('a body is told by its size', () => {
  assert.equal(asked({ body: 'pässword' })?.body, 'hidden: 9 bytes')
  assert.equal(asked({ body: '' })?.body, 'hidden: 0 bytes')
  assert.equal(asked({ body: null })?.body, null)
})

it('a webhook is told by its host, and an arm keeps one name everywhere', () => {
  const name = 'notify(https://u:p@hooks.example/T0/(B0)/secret?x=secret)+breaker(threshold=40)'
  const shown = 'notify(https://hooks.example/hidden)+breaker(threshold=40)'
  const whole = run({})
  const arms = whole.arms.map(arm => ({ ...arm, name }))
  const pairs = { a: name, b: name, both: 1, onlyA: 0, onlyB: 0, neither: 0 }
  const expectations = [{ text: `${name}.useful>=80%`, passed: true, measured: `${name} 90 %` }]
  const result = redact({ ...whole, arms, pairs, expectations, title: `compare none, ${name}` })
  assert.doesNotMatch(JSON.stringify(result), /secret|B0/)
  assert.deepEqual([result.arms[0]?.name, result.pairs?.a, result.title], [shown, shown, `compare none, ${shown}`])
  assert.deepEqual(result.expectations, [{ text: `${shown}.useful>=80%`, passed: true, measured: `${shown} 90 %` }])
})

it('a run without secrets is kept as it is', () => {
  const result = run({ request: { ...request, path: '/catalogs/{code}', headers: { accept: '*/*' } } })
  assert.deepEqual(redact(result), result)
})

it('no value of a query stays, whatever address it is in', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.stringMatching(/^[A-Za-z0-9]{8}$/),
      (url, secret) => {
        const address = new URL(url)
        address.searchParams.append('k', `SECRET${secret}`)
        address.username = `SECRET${secret}`
        address.hash = `SECRET${secret}`
        assert.doesNotMatch(JSON.stringify(redact(run({ target: address.href }))), /SECRET/)
      },
    ),
  )
})
