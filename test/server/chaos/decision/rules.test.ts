/** Rules: which request meets which, their limits, and what they take from the document. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CompiledSettings } from '../../../../server/chaos/decision/compiled-settings.ts'
import { decide } from '../../../../server/chaos/decision/decide.ts'
import { RuleState } from '../../../../server/chaos/decision/rule-state.ts'
import { readPatch } from '../../../../server/chaos/settings/patch.ts'
import { defaultSettings } from '../../../../server/chaos/settings/schema.ts'
import { contextOf, requestRecord } from '../../../support/request-record.ts'

suite('rules', () => {
  const compile = (rules: unknown[], ruleState = new RuleState()) => {
    const defaults = defaultSettings('42')
    return new CompiledSettings({ ...defaults, ...readPatch({ rules, failRate: 0 }, defaults).values }, ruleState)
  }
  const ruleFor = (compiled: CompiledSettings, record: Parameters<typeof requestRecord>[0], headers = {}) =>
    decide(compiled, null, requestRecord(record), contextOf(headers), 0).rule

  test('the first that matches decides, failRate is the last', () => {
    const compiled = compile([
      { id: 'code', match: { code: ['a', 'b'] } },
      { id: 'route', match: { route: ['/catalogs'] } },
      { id: 'session', match: { session: ['lab'], code: ['c'] } },
      { id: 'header', match: { header: { 'X-Tenant': 'acme', 'X-Any': '*' } } },
    ])
    assert.equal(ruleFor(compiled, { code: 'a' }), 'code')
    assert.equal(ruleFor(compiled, { code: '', route: '/catalogs' }), 'route')
    assert.equal(ruleFor(compiled, { code: 'c', session: 'lab' }), 'session')
    assert.equal(ruleFor(compiled, { code: 'c' }), 'failRate')
    assert.equal(ruleFor(compiled, { code: 'd' }, { 'x-tenant': 'acme', 'x-any': 'thing' }), 'header')
    assert.equal(ruleFor(compiled, { code: 'd' }, { 'x-tenant': 'acme' }), 'failRate')
    assert.equal(ruleFor(compiled, { code: 'd' }, { 'x-tenant': 'Acme', 'x-any': '' }), 'failRate')
    const inherited = compile([{ id: 'inherited', match: { header: { constructor: '*' } } }])
    assert.equal(ruleFor(inherited, {}), 'failRate', 'a header is what was sent')
  })

  test('first n and every nth count what they match, and let the others go on', () => {
    const compiled = compile([
      { id: 'first', match: { code: ['a'] }, limit: { first: 2 } },
      { id: 'every', limit: { every: 3 } },
    ])
    const seen = ['a', 'b', 'a', 'a', 'a', 'b', 'b'].map(code => ruleFor(compiled, { code }))
    assert.deepEqual(seen, ['first', 'failRate', 'first', 'failRate', 'every', 'failRate', 'failRate'])
  })

  test('counts outlive a change of other settings, and a copy of the rule state leaves them alone', () => {
    const ruleState = new RuleState()
    const rules = [{ id: 'first', limit: { first: 2 } }]
    ruleFor(compile(rules, ruleState), {})
    const copy = compile(rules, ruleState.copy())
    assert.deepEqual([ruleFor(copy, {}), ruleFor(copy, {})], ['first', 'failRate'])
    const again = compile(rules, ruleState)
    assert.deepEqual([ruleFor(again, {}), ruleFor(again, {})], ['first', 'failRate'])
    assert.equal(ruleFor(compile([{ id: 'first', limit: { first: 3 } }], ruleState), {}), 'first')
  })

  test('a rule has its own rate and kinds, or those of the document', () => {
    const defaults = defaultSettings('42')
    const rules = [
      { id: 'own', match: { code: ['a'] }, faults: [{ kind: 'reset' }] },
      { id: 'never', match: { code: ['b'] }, rate: 0 },
      { id: 'theirs', match: { code: ['c'] } },
    ]
    const faults = [{ kind: 'empty' }]
    const compiled = new CompiledSettings(
      { ...defaults, ...readPatch({ rules, faults, failRate: 100 }, defaults).values },
      new RuleState(),
    )
    const kindFor = (code: string) => decide(compiled, null, requestRecord({ code }), contextOf(), 0).fault?.kind
    assert.deepEqual(['a', 'b', 'c', 'd'].map(kindFor), ['reset', undefined, 'empty', 'empty'])
  })
})
