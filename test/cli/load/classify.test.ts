/** Errors by name. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { classify } from '../../../cli/load/classify.ts'

const coded = (code: string) => Object.assign(new Error(code), { code })

describe('classify', () => {
  for (const [code, before, after] of [
    ['ECONNREFUSED', 'refused', 'refused'],
    ['ECONNRESET', 'reset', 'truncated'],
    ['EPIPE', 'reset', 'truncated'],
    ['ENOTFOUND', 'dns', 'dns'],
    ['EAI_AGAIN', 'dns', 'dns'],
    ['ETIMEDOUT', 'timeout', 'timeout'],
    ['SOMETHING_NEW', 'other', 'other'],
  ] as const) {
    it(`${code} is ${before}, and ${after} within an answer`, () => {
      assert.equal(classify(coded(code), false), before)
      assert.equal(classify(coded(code), true), after)
    })
  }

  it('a polite end is a reset, and cuts an answer', () => {
    assert.deepEqual([classify(null, false), classify(null, true)], ['reset', 'truncated'])
  })
})
