/** Who may force a fault. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mayForce } from '../../../../server/chaos/inject/forced.ts'
import { contextOf } from '../../../support/request-record.ts'

suite('a forced fault is heard', () => {
  for (const [address, expected] of [
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['128.0.0.1', false],
    ['', false],
  ] as const) {
    test(`${expected ? '' : 'not '}from ${address || 'an unknown address'}`, () =>
      assert.equal(mayForce(contextOf({}, address)), expected))
  }
  for (const [who, headers, expected] of [
    [
      'a page of this server',
      { host: 'localhost:1', origin: 'http://localhost:1', 'sec-fetch-site': 'same-origin' },
      true,
    ],
    ['the address bar', { 'sec-fetch-site': 'none' }, true],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, false],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }, false],
    ['another origin', { host: 'localhost:1', origin: 'http://localhost:2' }, false],
    ['behind a proxy', { 'x-forwarded-for': '10.0.0.7' }, false],
    ['behind a proxy that keeps the standard', { forwarded: 'for=10.0.0.7' }, false],
    ['behind a cache', { via: '1.1 cache' }, false],
  ] as const) {
    test(`${expected ? '' : 'not '}from ${who}`, () => assert.equal(mayForce(contextOf(headers)), expected))
  }
})
