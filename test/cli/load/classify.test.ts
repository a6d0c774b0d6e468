/** Errors by name. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { classify } from '../../../cli/load/classify.ts'

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
