/** Durations and rates as people type them. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatDuration, parseDuration, parseRate, rateNote, UnitError } from '../../../server/lib/units.ts'

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['2s', 2_000],
    ['1.5s', 1_500],
    ['1m', 60_000],
    ['1h', 3_600_000],
    [' 40 ms ', 40],
    ['0s', 0],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(parseDuration(text), ms))
  }

  it('refuses a bare number with the two forms it could mean', () => {
    assert.throws(() => parseDuration('500'), new UnitError('"500" has no unit: write 500ms or 500s'))
  })

  for (const text of ['', 's', '-1s', '1d', '1e3ms', 'soon', 'NaNs', '1s2s']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseDuration(text), UnitError))
  }
})

describe('formatDuration', () => {
  for (const [ms, text] of [
    [0, '0ms'],
    [40, '40ms'],
    [1_500, '1.5s'],
    [60_000, '1m'],
    [5_400_000, '1.5h'],
  ] as const) {
    it(`writes ${text}`, () => assert.equal(formatDuration(ms), text))
  }
})

describe('parseRate', () => {
  for (const [text, rate] of [
    ['70', 70],
    ['70%', 70],
    ['0.5', 0.5],
    ['100 %', 100],
    ['0', 0],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(parseRate(text), rate))
  }

  for (const text of ['', '-1', '100.1', '1e1', 'NaN', 'Infinity', '0x10', 'seventy']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseRate(text), UnitError))
  }
})

describe('rateNote', () => {
  it('says what 0.5 means', () => assert.equal(rateNote('0.5'), '0.5 means 0.5 percent; for 50 percent write 50'))
  it('is silent where the unit is typed', () => assert.equal(rateNote('0.5%'), null))
  it('is silent for whole percents', () => assert.equal(rateNote('70'), null))
})
