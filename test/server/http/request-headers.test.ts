/** The headers of a request that somebody asks for, read in one pass: whatever their case, order and neighbours. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { headersOf, type RequestHeaders, readHeaders } from '../../../server/http/request-headers.ts'

const NONE: RequestHeaders = {
  hosts: [],
  origin: null,
  fetchSite: null,
  contentType: null,
  hasBody: false,
  preflight: false,
  session: '',
  key: null,
  attempt: 0,
  forces: false,
}

suite('the headers of a request', () => {
  for (const [title, raw, expected] of [
    ['a host, in lower case', ['Host', 'LocalHost:8000'], { hosts: ['localhost:8000'] }],
    ['every host', ['host', 'a', 'HOST', 'b'], { hosts: ['a', 'b'] }],
    ['an origin, in lower case', ['ORIGIN', 'http://Evil.example'], { origin: 'http://evil.example' }],
    ['the site that a browser names', ['Sec-Fetch-Site', 'Cross-Site'], { fetchSite: 'cross-site' }],
    ['a type, as it is', ['content-type', 'Application/JSON'], { contentType: 'Application/JSON' }],
    ['a body of a known length', ['Content-Length', '2'], { hasBody: true }],
    ['no body of no length', ['Content-Length', '0'], {}],
    ['a body in chunks', ['transfer-encoding', 'chunked'], { hasBody: true }],
    ['a preflight', ['Access-Control-Request-Method', 'PUT'], { preflight: true }],
    ['no other header', ['accept', '*/*', 'x-y', '1', 'cookie', 'host=a', 'hosT-x', 'b', 'origim', 'c', '', 'd'], {}],
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
    ['nothing', ['User-Agent', 'y'], {}],
    ['no name without a value', ['Host', 'a', 'Origin'], { hosts: ['a'] }],
  ] as [string, string[], Partial<RequestHeaders>][]) {
    test(title, () => assert.deepEqual(readHeaders(raw), { ...NONE, ...expected }))
  }

  test('are read once', () => {
    const request = { rawHeaders: ['Host', 'a'] }
    assert.equal(headersOf(request), headersOf(request))
  })
})
