/** Scenarios are checked whole before they start, and flaws are named with their place. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parseScenario, readScenarios, ScenarioError } from '../../../../server/chaos/scenario/files.ts'
import { SettingsError } from '../../../../server/chaos/settings/patch.ts'

const LOAD = { rate: 10, duration: '10s' }
const scenario = (given: object) => ({ name: 'x', title: 'X', about: 'x', lasts: '10s', load: LOAD, ...given })

suite('what is no scenario is refused before it starts, with its place', () => {
  const cases: [string, object, string][] = [
    ['a setting that is not valid', { base: { failRate: 101 } }, '/base/failRate'],
    ['an unknown setting', { timeline: [{ at: '1s', set: { failrate: 1 } }] }, '/timeline/0/set/failrate'],
    ['a step that does nothing', { timeline: [{ at: '1s' }] }, '/timeline/0'],
    ['an outage without an end', { timeline: [{ at: '1s', outage: {} }] }, '/timeline/0/for'],
    [
      'a ramp of something else',
      { timeline: [{ at: '1s', for: '1s', ramp: { member: 'seed', from: 0, to: 1 } }] },
      '/timeline/0/ramp/member',
    ],
    [
      'a ramp out of range',
      { timeline: [{ at: '1s', for: '1s', ramp: { member: 'failRate', from: 0, to: 200 } }] },
      '/timeline/0/ramp/failRate',
    ],
    ['a step after the end', { timeline: [{ at: '11s', mark: 'late' }] }, '/timeline'],
    ['a time without a unit', { lasts: '10' }, '/lasts'],
    ['an unknown member', { speed: 2 }, '/speed'],
    ['no load', { load: undefined }, '/load'],
  ]
  for (const [name, given, pointer] of cases) {
    test(name, () => {
      assert.throws(
        () => parseScenario(scenario(given)),
        (error: unknown) => {
          assert.ok(error instanceof SettingsError)
          assert.ok(
            error.errors.some(flaw => flaw.pointer === pointer),
            error.message,
          )
          return true
        },
      )
    })
  }

  test('a file that is not one is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scenarios-'))
    writeFileSync(join(folder, 'broken.json'), '{"name":')
    assert.throws(
      () => readScenarios(folder),
      (error: unknown) => error instanceof ScenarioError && error.message.includes('broken.json'),
    )
    rmSync(folder, { recursive: true })
  })
})
