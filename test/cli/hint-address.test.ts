import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keptLines } from '../../cli/experiment/keep.ts'
import { addressed, urlOption } from '../../cli/hint-address.ts'

const usual = new URL('http://127.0.0.1:8000')
const other = 'http://127.0.0.1:8125'

describe('a command that somebody is told to type', () => {
  for (const [sentence, url, expected] of [
    ['Look: npx chaos compare', other, 'Look: npx chaos compare -u http://127.0.0.1:8125'],
    ['Fail: npx chaos rate 70', other, 'Fail: npx chaos rate 70 -u http://127.0.0.1:8125'],
    ['Fail: npx chaos rate 70', 'http://127.0.0.1:8000/', 'Fail: npx chaos rate 70'],
    ['Try: npx chaos sweep --vary open-for=1s', other, 'Try: npx chaos sweep --vary open-for=1s'],
    ['Start: npx chaos serve', other, 'Start: npx chaos serve --port 8125'],
    ['Start: npx chaos serve', 'http://127.0.0.1:8000', 'Start: npx chaos serve'],
    ['Start: npx chaos serve', 'http://shop.example:8125', 'Start: npx chaos serve'],
    ['No command here.', other, 'No command here.'],
  ] as const) {
    it(`"${sentence}" at ${url}`, () => assert.equal(addressed(sentence, url, usual), expected))
  }

  it('names no server that the environment names', () => {
    assert.equal(urlOption(other, new URL(other)), '')
    assert.equal(
      addressed('Look: npx chaos compare', 'http://127.0.0.1:8000', new URL(other)),
      'Look: npx chaos compare -u http://127.0.0.1:8000',
    )
  })

  it('finds a kept run where it was kept', () => {
    const there = { id: 'tirado', origin: other, hasPage: true }
    assert.match(keptLines(there, usual), /Kept as tirado\. As a page/)
    assert.match(
      keptLines({ ...there, hasPage: false }, usual),
      /Kept as tirado, without its page: the two are too large/,
    )
    assert.match(keptLines(there, usual), /-o tirado\.html -u http:\/\/127\.0\.0\.1:8125\n$/)
    assert.match(keptLines({ id: 'tirado', origin: null, hasPage: false }, usual), /-o tirado\.html\n$/)
  })
})
