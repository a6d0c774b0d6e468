/** The request headers that speak to the failure model. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ChaosHeaders, readChaosHeaders } from '../../../../server/chaos/inject/headers.ts'

suite('the headers that speak to the failure model', () => {
  const read = (...headers: string[]): ChaosHeaders => {
    const found = { session: 'old', key: 'old', attempt: 9, forces: true }
    readChaosHeaders(headers, found)
    return found
  }
  const NONE: ChaosHeaders = { session: '', key: null, attempt: 0, forces: false }
  const cases: [string, string[], Partial<ChaosHeaders>][] = [
    ['nothing', ['Host', 'x', 'User-Agent', 'y'], {}],
    [
      'session, key and attempt, in any case',
      ['x-CHAOS-session', 's', 'X-Chaos-Key', 'k', 'X-Chaos-Attempt', '2'],
      { session: 's', key: 'k', attempt: 2 },
    ],
    ['an empty key', ['X-Chaos-Key', ''], {}],
    ['a long key', ['X-Chaos-Key', 'k'.repeat(500)], { key: 'k'.repeat(128) }],
    ['attempts that are none', ['X-Chaos-Attempt', '-1'], {}],
    ['an attempt that is a fraction', ['X-Chaos-Attempt', '1.5'], {}],
    ['an attempt without end', ['X-Chaos-Attempt', '1e9'], {}],
    ['a forced fault', ['X-Chaos-Force', 'reset'], { forces: true }],
    ['Envoy', ['x-envoy-fault-abort-request', '503'], { forces: true }],
    ['relatives', ['X-Chaos-Keys', 'k', 'X-Chaos-Sessio', 's', 'XX-Chaos-Key', 'k'], {}],
  ]
  for (const [name, headers, expected] of cases) {
    test(name, () => assert.deepEqual(read(...headers), { ...NONE, ...expected }))
  }
})
