/** The Link header of a page. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { pageLinks } from '../../../server/catalog/links.ts'

/** The offsets by relation, in one line. */
function offsets(limit: number, offset: number, total: number): string {
  const links = pageLinks('/catalogs', new URLSearchParams(), { limit, offset, total })
  return [...links.matchAll(/offset=(\d+)>; rel="(\w+)"/g)].map(([, at, rel]) => `${rel}=${at}`).join(' ')
}

describe('pageLinks', () => {
  for (const [limit, offset, total, expected] of [
    [5, 0, 20, 'first=0 next=5 last=15'],
    [5, 5, 20, 'first=0 prev=0 next=10 last=15'],
    [5, 15, 20, 'first=0 prev=10 last=15'],
    [5, 3, 20, 'first=0 prev=0 next=8 last=15'],
    [7, 0, 20, 'first=0 next=7 last=14'],
    [20, 0, 20, 'first=0 last=0'],
    [5, 100, 20, 'first=0 prev=15 last=15'],
    [5, 0, 0, 'first=0 last=0'],
  ] as const) {
    it(`limit ${limit}, offset ${offset} of ${total}: ${expected}`, () =>
      assert.equal(offsets(limit, offset, total), expected))
  }

  it('keeps the rest of the query', () => {
    const query = new URLSearchParams({ q: 'a & b', limit: '1' })
    const links = pageLinks('/catalogs', query, { limit: 1, offset: 0, total: 2 })
    assert.match(links, /<\/catalogs\?q=a\+%26\+b&limit=1&offset=1>; rel="next"/)
  })

  it('visits every item once when next is followed from the first page', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(500), (limit, total) => {
        let [at, seen] = [0, 0]
        for (;;) {
          seen += Math.min(limit, total - at)
          const next = /next=(\d+)/.exec(offsets(limit, at, total))?.[1]
          if (next === undefined) break
          at = Number(next)
        }
        assert.equal(seen, total)
      }),
    )
  })
})
