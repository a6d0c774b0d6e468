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
  forced: false,
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
    ['no name without a value', ['Host', 'a', 'Origin'], { hosts: ['a'] }],
  ] as [string, string[], Partial<RequestHeaders>][]) {
    test(title, () => assert.deepEqual(readHeaders(raw), { ...NONE, ...expected }))
  }

  test('are read once', () => {
    const request = { rawHeaders: ['Host', 'a'] }
    assert.equal(headersOf(request), headersOf(request))
  })
})
