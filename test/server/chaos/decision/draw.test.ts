/** Draws: the same on every platform, independent of each other, monotone in the rate. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Deck, trailingNumber } from '../../../../server/chaos/decision/deck.ts'
import { draw, drawNumber, type Stream, streamSeed } from '../../../../server/chaos/decision/draw.ts'
import { ROOT } from '../../../support/project.ts'

fc.configureGlobal({ seed: 42 })

interface Golden {
  readonly draws: readonly { seed: string; stream: Stream; key: string; attempt: number; draw: number }[]
  readonly deck: readonly { seed: string; number: number; attempt: number; draw: number }[]
}
/** Made by an implementation of its own, in another language. */
const golden = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/draws.json'), 'utf8')) as Golden

function count(cells: number[], cell: number): void {
  cells[cell] = (cells[cell] ?? 0) + 1
}

suite('golden vectors', () => {
  for (const { seed, stream, key, attempt, draw: expected } of golden.draws) {
    test(`seed "${seed}", ${stream}, key "${key.slice(0, 20)}", attempt ${attempt}`, () => {
      assert.equal(draw(streamSeed(seed, stream), key, attempt), expected)
    })
  }
  for (const { seed, number, attempt, draw: expected } of golden.deck) {
    test(`the deck of seed "${seed}", request ${number}, attempt ${attempt}`, () => {
      assert.equal(new Deck(streamSeed(seed, 'deck')).draw(number, attempt), expected)
    })
  }
})

suite('keyed draws', () => {
  test('a number draws like its digits', () => {
    fc.assert(
      fc.property(fc.string(), fc.maxSafeNat(), fc.nat(100), (seed, number, attempt) => {
        const stream = streamSeed(seed, 'fail')
        assert.equal(drawNumber(stream, number, attempt), draw(stream, String(number), attempt))
      }),
    )
  })

  test('every draw is in [0, 1)', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), fc.nat(1_000_000), (seed, key, attempt) => {
        const drawn = draw(streamSeed(seed, 'body'), key, attempt)
        assert.ok(drawn >= 0 && drawn < 1)
      }),
    )
  })

  test('they spread evenly over a hundred cells', () => {
    for (const seed of ['1', '2', '42', 'workshop']) {
      const stream = streamSeed(seed, 'fail')
      const cells = new Array<number>(100).fill(0)
      for (let i = 0; i < 100_000; i += 1) count(cells, Math.floor(draw(stream, `${seed}-${i}`, 0) * 100))
      const chi2 = cells.reduce((sum, found) => sum + (found - 1_000) ** 2 / 1_000, 0)
      // 99 degrees of freedom: mean 99, standard deviation 14; the bound is about five of them away.
      assert.ok(chi2 < 170, `chi-square ${chi2} for seed ${seed}`)
    }
  })

  const pairs: [string, (i: number) => [number, number]][] = [
    ['two streams', i => [draw(streamSeed('42', 'fail'), `k-${i}`, 0), draw(streamSeed('42', 'kind'), `k-${i}`, 0)]],
    ['two seeds', i => [draw(streamSeed('1', 'fail'), `k-${i}`, 0), draw(streamSeed('2', 'fail'), `k-${i}`, 0)]],
    ['two attempts', i => [draw(streamSeed('42', 'fail'), `k-${i}`, 0), draw(streamSeed('42', 'fail'), `k-${i}`, 1)]],
    ['neighbours', i => [draw(streamSeed('42', 'fail'), `k-${i}`, 0), draw(streamSeed('42', 'fail'), `k-${i + 1}`, 0)]],
  ]
  for (const [name, both] of pairs) {
    test(`${name} know nothing of each other`, () => {
      const cells = new Array<number>(100).fill(0)
      for (let i = 0; i < 50_000; i += 1) {
        const [a, b] = both(i)
        count(cells, Math.floor(a * 10) * 10 + Math.floor(b * 10))
      }
      const chi2 = cells.reduce((sum, found) => sum + (found - 500) ** 2 / 500, 0)
      assert.ok(chi2 < 170, `chi-square ${chi2}`)
    })
  }
})

suite('the deck', () => {
  test('every aligned 100 requests hold each card once, every aligned 10 each decile once', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(1_000_000), fc.nat(5), (seed, block, attempt) => {
        const deck = new Deck(streamSeed(seed, 'deck'))
        const cards = Array.from({ length: 100 }, (_, i) => Math.floor(deck.draw(block * 100 + i, attempt) * 100))
        assert.equal(new Set(cards).size, 100)
        for (let hand = 0; hand < 100; hand += 10) {
          const deciles = cards.slice(hand, hand + 10).map(card => Math.floor(card / 10))
          assert.equal(new Set(deciles).size, 10)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('a draw does not depend on the order in which draws are made', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100_000), fc.nat(3)), { maxLength: 200 }), asked => {
        const deck = new Deck(streamSeed('42', 'deck'))
        for (const [number, attempt] of asked) {
          assert.equal(deck.draw(number, attempt), new Deck(streamSeed('42', 'deck')).draw(number, attempt))
        }
      }),
      { numRuns: 30 },
    )
  })

  test('no two blocks, attempts or seeds are shuffled alike', () => {
    const order = (seed: string, block: number, attempt: number) => {
      const deck = new Deck(streamSeed(seed, 'deck'))
      return Array.from({ length: 100 }, (_, i) => Math.floor(deck.draw(block * 100 + i, attempt) * 100)).join()
    }
    const orders = ['1', '2', '3'].flatMap(seed =>
      [0, 1, 2, 50].flatMap(block => [0, 1, 2].map(attempt => order(seed, block, attempt))),
    )
    assert.equal(new Set(orders).size, orders.length)
  })

  const numbers: [string, number][] = [
    ['42-17', 17],
    ['17', 17],
    ['a', -1],
    ['', -1],
    ['17a', -1],
    ['a007', 7],
    ['5-0', 0],
    ['x1234567890123456789', 567890123456789],
    ['order_1234567890123456789', 567890123456789],
    ['user:12/page-3', 3],
    ['3f2b9c1d7e8a4b6f0c5d9e1a2b3c4d59', -1],
    ['a3f2b9c1d7e8a4b6f00', -1],
    ['01ARZ3NDEKTSV4RRFFQ69G5FAV17', -1],
    ['9b2f4c1e-7d3a-4e5b-8c6d-123456789012', -1],
    ['vu3iter17', -1],
  ]
  for (const [key, number] of numbers) {
    test(`the key "${key}" ends in ${number < 0 ? 'no number' : number}`, () => {
      assert.equal(trailingNumber(key), number)
    })
  }
})
