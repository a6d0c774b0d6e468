/** The words of the page: both languages say everything, with the same values in it. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { REASONS } from '../../../server/chaos/decision/decision.ts'
import { OUTCOMES } from '../../../server/chaos/decision/request-record.ts'
import { NAME_FLAWS } from '../../../server/chaos/session/display-name.ts'
import { faultSchema } from '../../../server/chaos/settings/faults.ts'
import { createI18n, LANGUAGES, pickLanguage } from '../../../server/console/i18n/words.js'
import { ROOT } from '../../support/project.ts'

const folder = join(ROOT, 'server', 'console')
const { en, 'pt-BR': ptBr } = LANGUAGES
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

describe('the words', () => {
  it('have the same keys in both languages', () => {
    assert.deepEqual(Object.keys(ptBr).sort(), Object.keys(en).sort())
  })

  it('take the same values in both languages', () => {
    for (const [word, text] of Object.entries(en))
      assert.deepEqual(holes(ptBr[word as keyof typeof en]), holes(text), word)
  })

  it('are all used, and none is missing', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const sources = files
      .filter(name => /^(view|net)\/.*\.js$|^main\.js$/.test(name))
      .map(name => readFileSync(join(folder, name), 'utf8'))
    const code = [...sources, readFileSync(join(folder, 'i18n', 'words.js'), 'utf8')].join('\n')
    const exact = new Set([...code.matchAll(/['"`]([a-z]+\.[\w.-]+)['"`]/gi)].map(([, word]) => word))
    const families = [...code.matchAll(/`([a-z]+\.(?:[a-z]+\.)?)\$\{/gi)].map(([, family]) => family ?? '')
    const unused = Object.keys(en).filter(word => !exact.has(word) && !families.some(family => word.startsWith(family)))
    assert.deepEqual(unused, [])
  })

  it('say each reason, kind of fault and outcome of the journal, and each flaw of a name', () => {
    const kinds = ['served', ...faultSchema.options.map(({ shape }) => shape.kind.value)]
    assert.ok(kinds.length > 10)
    for (const word of [
      ...[...REASONS, 'held', 'overload'].map(reason => `why.because.${reason}`),
      ...kinds.map(kind => `why.fate.${kind}`),
      ...OUTCOMES.map(outcome => `why.outcome.${outcome}`),
      ...NAME_FLAWS.map(flaw => `name.${flaw}`),
    ])
      assert.ok(word in en, word)
  })

  it('translate the titles of the scenarios that come with the server, and leave others as they are', () => {
    const scenarios = join(ROOT, 'data', 'scenarios')
    for (const file of readdirSync(scenarios)) {
      const { name, title } = JSON.parse(readFileSync(join(scenarios, file), 'utf8'))
      assert.equal(createI18n('en').titleOf(name, title), title)
      assert.notEqual(
        createI18n('pt-BR').titleOf(name, title),
        title,
        `${name}: the title is another, or not translated`,
      )
    }
    assert.equal(createI18n('pt-BR').titleOf('blackout', 'Mine'), 'Mine')
  })

  it('begin in the language of choice, then of the browser, then in English', () => {
    const cases: [string | null, string[], string][] = [
      ['pt-BR', ['en'], 'pt-BR'],
      [null, ['pt-PT', 'en'], 'pt-BR'],
      [null, ['de', 'en-GB'], 'en'],
      [null, ['ja'], 'en'],
      ['tlh', ['pt'], 'pt-BR'],
    ]
    for (const [chosen, preferred, language] of cases) assert.equal(pickLanguage(chosen, preferred), language)
  })

  it('never round a share to all or nothing', () => {
    const { percent } = createI18n('en')
    const cases: [number | null, string][] = [
      [null, '–'],
      [0, '0 %'],
      [0.01, '0.1 %'],
      [99.96, '99.9 %'],
      [100, '100 %'],
      [69.5, '70 %'],
    ]
    for (const [value, text] of cases) assert.equal(percent(value).replaceAll('\u00a0', ' '), text)
  })

  it('write figures as the language does', () => {
    assert.equal(createI18n('pt-BR').count(12_345), '12.345')
    assert.equal(createI18n('en').ms(3.14), '3.1 ms')
    assert.equal(createI18n('pt-BR').rate(0.5).replaceAll('\u00a0', ' '), '0,5 %')
  })
})
