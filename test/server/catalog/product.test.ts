/** The rules of seed data, and the seed data itself. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isGtin13, productsSchema, searchable } from '../../../server/catalog/product.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'

describe('isGtin13', () => {
  for (const [text, valid] of [
    ['4006381333931', true],
    ['7891116123454', true],
    ['4006381333932', false],
    ['400638133393', false],
    ['40063813339311', false],
    ['400638133393x', false],
    ['', false],
    ['٤٠٠٦٣٨١٣٣٣٩٣١', false],
  ] as const) {
    it(`${valid ? 'takes' : 'refuses'} ${JSON.stringify(text)}`, () => assert.equal(isGtin13(text), valid))
  }

  it('finds every single wrong digit', () => {
    const digits = [...'7891116123454']
    fc.assert(
      fc.property(fc.nat(12), fc.integer({ min: 1, max: 9 }), (place, shift) => {
        const wrong = digits.with(place, String((Number(digits[place]) + shift) % 10)).join('')
        assert.equal(isGtin13(wrong), false)
      }),
    )
  })
})

describe('data/products.json', () => {
  const file = join(packageRoot(import.meta.url), 'data', 'products.json')
  const products = productsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))

  it('has about 20 products', () => assert.equal(products.length, 20))
  it('has the five codes that clients are taught', () => {
    const codes = new Set(products.map(product => product.code))
    for (const code of ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400'])
      assert.ok(codes.has(code), code)
  })
  it('is in code order', () => {
    const codes = products.map(product => product.code)
    assert.deepEqual(codes, [...codes].sort())
  })
  it('has no GTIN twice', () => assert.equal(new Set(products.map(product => product.gtin)).size, products.length))
})

describe('productsSchema', () => {
  const good = { code: 'a1', brand: 'B', description: 'D', gtin: '4006381333931' }
  for (const [what, products, message] of [
    ['an empty list', [], /at least one/],
    ['a code twice', [good, good], /repeats a1/],
    ['a wrong check digit', [{ ...good, gtin: '4006381333930' }], /check digit/],
    ['a code with a slash', [{ ...good, code: 'a/1' }], /letters, digits/],
    ['a missing brand', [{ code: 'a1', description: 'D', gtin: '4006381333931' }], /brand/],
    ['a member too many', [{ ...good, price: 1 }], /price/],
    ['an object', {}, /array/],
  ] as const) {
    it(`refuses ${what}`, () => assert.match(productsSchema.safeParse(products).error?.message ?? '', message))
  }
})

describe('searchable', () => {
  it('drops case and accents', () => assert.equal(searchable('Nhá Benta ÇÃO'), 'nha benta cao'))
})
