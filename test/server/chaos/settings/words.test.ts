/** Settings in words: every member and every kind of fault has its own, and what is unknown is shown as it came. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultSchema } from '../../../../server/chaos/settings/faults.ts'
import { defaultSettings, MEMBERS } from '../../../../server/chaos/settings/schema.ts'
import { settingText } from '../../../../server/chaos/settings/words.ts'

const CAPACITY = { workers: 4, service: '40ms', queue: 200, discipline: 'fifo', abandoned: 'work', whenFull: 'status' }

describe('settings in words', () => {
  for (const [name, value, text] of [
    ['failRate', 70, '70 %'],
    ['sampler', 'deck', 'deck (the rate holds exactly in every 100 requests)'],
    ['seed', '42', '42'],
    ['latency', { distribution: 'fixed', delay: '40ms' }, '40ms before every answer'],
    ['latency', { distribution: 'uniform', min: '1ms', max: '9ms' }, '1ms to 9ms before every answer'],
    [
      'latency',
      { distribution: 'lognormal', p50: '40ms', p99: '400ms' },
      'half of the answers within 40ms, 99 % within 400ms, all within 60s',
    ],
    [
      'outage',
      { availability: 90, meanLength: '6s' },
      'everything fails 10.0 % of the time, 6s long on average, at random',
    ],
    [
      'outage',
      {
        windows: [
          { from: '2s', to: '8s' },
          { from: '20s', for: '1s' },
        ],
        faults: [{ kind: 'reset' }],
      },
      "everything fails from 2s to 8s, from 20s for 1s on the session's clock: connection reset",
    ],
    [
      'capacity',
      CAPACITY,
      '4 at a time, 40ms each; 200 may wait, the oldest is next; work of clients that left is still done; refused with a 503 when full',
    ],
    [
      'capacity',
      { ...CAPACITY, slow: 8, discipline: 'lifo', deadline: '1s', abandoned: 'drop', whenFull: 'reset' },
      '4 at a time, 40ms each x 8; 200 may wait, the newest is next; 1s at the longest; work of clients that left is dropped; refused with a reset when full',
    ],
    [
      'faults',
      [
        { kind: 'status', status: 503, weight: 3, retryAfter: '2s' },
        { kind: 'hang', for: '10s' },
        { kind: 'reset', weight: 0 },
      ],
      '75.0 % status 503 (Retry-After 2s), 25.0 % no answer for 10s',
    ],
    [
      'rules',
      [
        { id: 'poison', match: { code: ['a', 'b'] }, faults: [{ kind: 'empty' }] },
        { id: 'third', rate: 50, limit: { every: 3 } },
        { id: 'start', match: { route: ['/catalogs'], session: ['ana'] }, limit: { first: 5 } },
      ],
      'poison: 100 % of the requests of a, b: connection ended without an answer; third: 50 % of the requests (every 3rd); start: 100 % of the requests to /catalogs in session ana (the first 5)',
    ],
    ['outage', null, ''],
    ['rules', [], ''],
    ['weather', { sunny: true }, '{"sunny":true}'],
    ['failRate', 'much', '"much"'],
    ['latency', { distribution: 'later' }, '{"distribution":"later"}'],
  ] as const) {
    it(`${name} ${JSON.stringify(value)}`, () => assert.equal(settingText(name, value), text))
  }

  it('every member of the document has words', () => {
    const settings = defaultSettings('42')
    for (const name of MEMBERS) assert.doesNotMatch(settingText(name, settings[name]), /[{["]/)
  })

  it('every kind of fault has words of its own', () => {
    const kinds = faultSchema.options.map(({ shape }) => shape.kind.value)
    const texts = kinds.map(kind => settingText('faults', [{ kind }]))
    assert.equal(new Set(texts).size, kinds.length)
    assert.ok(kinds.length >= 11 && texts.every(text => !/undefined|[{["]/.test(text)), texts.join('\n'))
  })
})
