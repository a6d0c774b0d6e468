/** The tables of words: both languages say the same things, and everything that a report says is in them. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Result, Unjudged } from '../../../../cli/report/result.ts'
import { notes } from '../../../../cli/report/verdict/notes.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { english, experimentWords, inWords, wordsIn } from '../../../../cli/report/verdict/words.ts'
import { LANGUAGES } from '../../../../server/wording/wording.ts'
import { ROOT } from '../../../support/project.ts'
import { arm, coinFlips, outage, result, toldCoinFlips, toldOutage } from '../sample-results.ts'

type Table = Readonly<Record<string, string | Readonly<Record<string, string>>>>

const tables = Object.fromEntries(
  LANGUAGES.map(language => [
    language,
    JSON.parse(readFileSync(join(ROOT, 'data', 'words', `${language}.json`), 'utf8')) as Table,
  ]),
)
const { en = {}, 'pt-BR': ptBr = {} } = tables
const portuguese = wordsIn('pt-BR')

/** The texts of an entry by the value that chooses them, and by what that is. */
function variantsOf(entry: Table[string] | undefined): Readonly<Record<string, string>> {
  return typeof entry === 'object' ? entry : { other: entry ?? '' }
}

function placeholdersOf(entry: Table[string] | undefined): string[] {
  const { by, ...texts } = variantsOf(entry)
  const met = Object.values(texts).flatMap(text =>
    Array.from(text.matchAll(/\{[^}]*\}/g), ([placeholder]) => placeholder),
  )
  return [...new Set(met)].sort()
}

describe('the tables', () => {
  it('have the same codes, in the same order', () => assert.deepEqual(Object.keys(ptBr), Object.keys(en)))

  it('choose by the same figures, and say all of them', () => {
    for (const [code, entry] of Object.entries(en)) {
      const other = ptBr[code]
      assert.deepEqual(placeholdersOf(other), placeholdersOf(entry), code)
      assert.deepEqual(Object.keys(variantsOf(other)), Object.keys(variantsOf(entry)), code)
      assert.equal(variantsOf(other).by, variantsOf(entry).by, code)
    }
  })

  it('say no sentence of one language in the other', () => {
    for (const [code, entry] of Object.entries(en)) {
      const { by, ...texts } = variantsOf(entry)
      for (const [which, text] of Object.entries(texts)) {
        const words = text.replace(/\{[^}]*\}/g, '').match(/[a-z]{2,}/gi) ?? []
        if (words.length > 2) assert.notEqual(variantsOf(ptBr[code])[which], text, code)
      }
    }
  })

  it('hold every code that the sources name', () => {
    const folder = join(ROOT, 'cli', 'report')
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => readFileSync(join(folder, name), 'utf8'))
    const named = sources.flatMap(source => [
      ...Array.from(source.matchAll(/(?:code: |english\(|words\()'([a-z-]+\.[a-z-]+)'/g), ([, code = '']) => code),
      ...Array.from(source.matchAll(/\bhint\('([a-z-]+)'/g), ([, code]) => `hint.${code}`),
    ])
    assert.ok(named.length > 60, String(named.length))
    const ofChallenges = JSON.parse(readFileSync(join(ROOT, 'data', 'words', 'challenge', 'en.json'), 'utf8')) as Table
    assert.deepEqual(
      named.filter(code => !english.has(code) && !Object.hasOwn(ofChallenges, code)),
      [],
    )
  })
})

describe('words', () => {
  const words = experimentWords({
    'number.decimal': ',',
    'number.thousands': '.',
    'count.dog': { by: 'n', '1': 'one dog', other: '{n:count} dogs' },
    'mood.fine': 'fine, {name}',
    met: 'met {dogs:dog} in {time:ms}: {mood:mood}',
  })

  it('write figures by their format, in the signs of the language', () => {
    assert.equal(
      words('met', { dogs: 12_345, time: 1_240, mood: 'fine', name: '{x}' }),
      'met 12.345 dogs in 1,24 s: fine, {x}',
    )
    assert.equal(words('met', { dogs: 1, time: null, mood: 'fine', name: 'y' }), 'met one dog in -: fine, y')
  })

  it('that are not there, and figures that are not given, are errors', () => {
    assert.throws(() => words('lost'), RangeError)
    assert.throws(() => words('constructor'), RangeError)
    assert.throws(() => words('met', { dogs: 1, time: 1, mood: 'fine' }), /no figure "name" for mood.fine/)
    assert.throws(() => words('met', { dogs: 1, time: 1, mood: 'sad' }), /no words for mood.sad/)
  })
})

function inPortuguese(run: Unjudged): string {
  const { code = '', figures = {}, more = [], advice = { code: '', figures: {} } } = judge(run)
  const { text, hint } = inWords({ code, figures, more, advice }, portuguese)
  return `${text} | ${hint}`
}

describe('a verdict in Portuguese', () => {
  for (const [what, run, said] of [
    [
      'of coin flips',
      toldCoinFlips,
      'O disjuntor atrapalhou: 33,3 % dos pedidos receberam uma resposta útil, 69,0 % sem ele (35,7 pontos a menos), com 45 chamadas perdidas, 93 sem ele (51,6 % poupadas). Ele perdeu 107 respostas que vieram sem ele (as falhas eram independentes, então ele recusou chamadas que teriam dado certo). | Um disjuntor serve para falhas que vêm em períodos. Experimente um: npx chaos compare --outage 1s-4s -n 1000 --open-for 250ms',
    ],
    [
      'of an outage',
      toldOutage,
      'O disjuntor poupou mais do que custou: 48,1 % dos pedidos receberam uma resposta útil, 50,0 % sem ele (1,9 pontos a menos), com 20 chamadas perdidas, 400 sem ele (95,0 % poupadas). Ele perdeu 15 respostas que vieram sem ele (14 enquanto o circuito ainda estava aberto depois do problema). | Um tempo aberto mais curto perde menos respostas: npx chaos sweep --vary open-for=250ms..4s',
    ],
    [
      'of one arm, stopped',
      result([arm('breaker', { success: 1_000, failed: 20, shortCircuited: 1 })], {
        interrupted: true,
        load: { ...coinFlips.load, requests: 3_000 },
      }),
      'Interrompido depois de 1.021 de 3.000 pedidos: 97,9 % de 1.021 pedidos receberam uma resposta útil: 20 pedidos com falha (status de erro), 1 pedido cortado pelo disjuntor. Metade dos sucessos veio em até 12 ms, 95 % em até 24 ms. | Veja como teria sido sem o disjuntor: npx chaos compare',
    ],
    [
      'of nothing',
      result([arm('none', {})]),
      'Nenhum pedido foi feito. Não há o que relatar. | Faça alguns: npx chaos burst -n 100',
    ],
  ] as const) {
    it(what, () => assert.equal(inPortuguese(run), said))
  }

  it('and its notes', () => {
    const trouble = [{ fromMs: 1_000, toMs: 5_500, what: 'outage' }]
    const short: Partial<Result> = { trouble, otherDays: undefined }
    assert.deepEqual(notes(result([arm('none', { success: 3, failed: 3 })], short), portuguese), [
      'Nota: A execução terminou em 3,01 s, durante a queda (de 1 s a 5,5 s): o que acontece depois não foi medido; -n 750 mostraria isso.',
    ])
  })
})

it('a result carries its verdict as codes that say what its text says', () => {
  for (const run of [coinFlips, outage]) {
    const { code = '', figures = {}, more = [], advice = { code: '', figures: {} }, text, hint } = judge(run)
    const kept = JSON.parse(JSON.stringify({ code, figures, more, advice }))
    assert.deepEqual(inWords(kept, english), { text, hint })
  }
  assert.deepEqual(
    judge(coinFlips).more?.map(({ code }) => code),
    ['beside.calls-fewer', 'effect.lost'],
  )
})
