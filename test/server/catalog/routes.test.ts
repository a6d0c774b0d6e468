/** The data plane over real HTTP. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Product } from '../../../server/catalog/product.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { type ProblemBody, readJson } from '../../support/json.ts'
import { startTestServer } from '../../support/server.ts'

const seed: Product[] = JSON.parse(readFileSync(join(packageRoot(import.meta.url), 'data', 'products.json'), 'utf8'))
const server = await startTestServer({ after })

const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init)

describe('GET /catalogs/{code}', () => {
  for (const product of seed) {
    it(`answers ${product.code} with exactly what is stored`, async () => {
      const response = await get(`/catalogs/${product.code}`)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('Content-Type'), 'application/json')
      const text = await response.text()
      assert.equal(text, JSON.stringify(product))
      assert.equal(response.headers.get('Content-Length'), String(Buffer.byteLength(text)))
    })
  }

  it('takes a code in percent-encoding, and a slash at the end', async () => {
    assert.equal((await get('/catalogs/%6a%6A2a97g940')).status, 200)
    assert.equal((await get('/catalogs/155568600/')).status, 200)
  })

  for (const path of [
    '/catalogs/nothing',
    '/catalogs/JJ2A97G940',
    '/catalogs/%22%3Cscript%3E',
    `/catalogs/${'x'.repeat(5_000)}`,
  ]) {
    it(`answers 404 to ${path.slice(0, 40)}, with the code and how to list them`, async () => {
      const response = await get(path)
      assert.equal(response.status, 404)
      assert.equal(response.headers.get('Content-Type'), 'application/problem+json')
      const problem = await readJson<ProblemBody>(response)
      assert.deepEqual(Object.keys(problem), ['type', 'title', 'status', 'detail'])
      assert.ok(
        problem.detail.includes(decodeURIComponent(path.slice(10)).slice(0, 8).replace('"', '\\"')),
        problem.detail,
      )
      assert.match(problem.detail, /GET \/catalogs lists/)
      assert.ok(problem.detail.length < 200)
    })
  }
})

describe('GET /catalogs', () => {
  const codes = seed.map(product => product.code)
  for (const [query, expected, total] of [
    ['', codes, 20],
    ['?limit=3', codes.slice(0, 3), 20],
    ['?limit=3&offset=18', codes.slice(18), 20],
    ['?offset=15', codes.slice(15), 20],
    ['?offset=99', [], 20],
    ['?brand=Natura', ['cb9a1801k9'], 1],
    ['?brand=o%20boticario', ['bd8h02f6e7'], 1],
    ['?brand=natur', [], 0],
    ['?q=BOTIC%C3%81RIO', ['bd8h02f6e7'], 1],
    ['?q=702915400', ['702915400'], 1],
    ['?q=%25', [], 0],
    ["?q='%20OR%201=1", [], 0],
    ['?q=black&brand=mondial', ['224722100'], 1],
    ['?brand=&q=&limit=1', codes.slice(0, 1), 20],
    ['?unknown=1&limit=1', codes.slice(0, 1), 20],
  ] as const) {
    it(`with ${query || 'no query'} answers a bare array`, async () => {
      const response = await get(`/catalogs${query}`)
      assert.equal(response.status, 200)
      const products = await readJson<Product[]>(response)
      assert.deepEqual(
        products.map(product => product.code),
        expected,
      )
      assert.equal(response.headers.get('X-Total-Count'), String(total))
      assert.equal(response.headers.has('Link'), query.includes('limit='))
    })
  }

  it('links to pages of what it knows of the query, however long the rest is', async () => {
    const links = async (query: string) => (await get(`/catalogs?limit=5&${query}`)).headers.get('Link') ?? ''
    const short = await links('q=a')
    assert.match(short, /<\/catalogs\?limit=5&q=a&offset=0>; rel="first"/)
    assert.equal(await links(`q=a&x=${'y'.repeat(10_000)}`), short)
    assert.equal(await links(`q=a${'&z'.repeat(5_000)}`), short)
    assert.equal(await links(`constructor=1&__proto__=2&q=a`), short)
    assert.ok((await links(`q=${'y'.repeat(200)}&brand=${'z'.repeat(200)}`)).length > 800)
    const words = encodeURIComponent('💥'.repeat(100))
    assert.equal(await links(`q=${words}&brand=${words}`), '')
  })

  it('leads through every page by its links', async () => {
    const seen: string[] = []
    let path: string | undefined = '/catalogs?limit=6'
    while (path) {
      const response: Response = await get(path)
      seen.push(...(await readJson<Product[]>(response)).map(product => product.code))
      path = /<([^>]+)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1]
    }
    assert.deepEqual(seen, codes)
  })

  for (const [query, parameter] of [
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=99999999999999999999', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['offset=-1', 'offset'],
    ['offset=1e3', 'offset'],
    ['brand=a&brand=b', 'brand'],
    [`q=${'x'.repeat(201)}`, 'q'],
  ] as const) {
    it(`refuses ${query.slice(0, 30)} and names the parameter`, async () => {
      const response = await get(`/catalogs?${query}`)
      assert.equal(response.status, 400)
      const problem = await readJson<ProblemBody>(response)
      assert.equal(problem.errors[0]?.parameter, parameter)
      assert.match(problem.detail, new RegExp(`^${parameter} must be `))
    })
  }

  it('names every bad parameter at once', async () => {
    const problem = await readJson<ProblemBody>(await get('/catalogs?limit=x&offset=y'))
    assert.deepEqual(
      problem.errors.map(error => error.parameter),
      ['limit', 'offset'],
    )
  })
})

describe('HEAD', () => {
  for (const path of [
    '/catalogs',
    '/catalogs?limit=2',
    '/catalogs/155568600',
    '/catalogs/nothing',
    '/catalogs?limit=x',
  ]) {
    it(`${path} answers as GET does, without the body`, async () => {
      const [head, full] = [await get(path, { method: 'HEAD' }), await get(path)]
      assert.equal(await head.text(), '')
      assert.equal(head.status, full.status)
      for (const name of ['Content-Type', 'Content-Length', 'X-Total-Count', 'Link']) {
        assert.equal(head.headers.get(name), full.headers.get(name), name)
      }
    })
  }
})
