/** Errors and headers by name. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { classify, retryAfterMs } from '../../../cli/load/classify.ts'

const coded = (code: string) => Object.assign(new Error(code), { code })

describe('classify', () => {
  for (const [code, before, after] of [
    ['ECONNREFUSED', 'refused', 'refused'],
    ['ECONNRESET', 'reset', 'truncated'],
    ['UND_ERR_SOCKET', 'reset', 'truncated'],
    ['EPIPE', 'reset', 'truncated'],
    ['ENOTFOUND', 'dns', 'dns'],
    ['EAI_AGAIN', 'dns', 'dns'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout', 'timeout'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'truncated', 'truncated'],
    ['UND_ERR_DESTROYED', 'aborted', 'aborted'],
    ['SOMETHING_NEW', 'other', 'other'],
  ] as const) {
    it(`${code} is ${before}, and ${after} within an answer`, () => {
      assert.equal(classify(coded(code), false), before)
      assert.equal(classify(coded(code), true), after)
    })
  }
})

describe('retryAfterMs', () => {
  const now = Date.UTC(2024, 0, 1, 12)
  for (const [text, ms] of [
    ['2', 2_000],
    ['0.5', 500],
    [' 3 ', 3_000],
    ['Mon, 01 Jan 2024 12:00:10 GMT', 10_000],
    ['Mon, 01 Jan 2024 11:00:00 GMT', 0],
    ['soon', 0],
    ['-1', 0],
    ['', 0],
  ] as const) {
    it(`reads "${text}" as ${ms} ms`, () => assert.equal(retryAfterMs(text, now), ms))
  }
})
