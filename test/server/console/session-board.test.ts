/** What the board makes of the counts of the sessions: shares, states and their order, and letters as large as fit. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  boardLayout,
  boardRows,
  interruptedBoard,
  recentShare,
  updatedBoard,
} from '../../../server/console/model/session-board.js'
import type { BoardCounts, BoardEntry, Run } from '../../../server/console/model/types.js'

const counts = (id: string, requests: number, success: number, more: Partial<BoardCounts> = {}): BoardCounts => ({
  ...{ id, requests, success, inFlight: 0, failRate: 0, outage: false },
  ...more,
})

/** The board after each of `seconds`. */
const after = (...seconds: BoardCounts[][]) => seconds.reduce<BoardEntry[]>(updatedBoard, [])

const rowsOf = (board: BoardEntry[], order: 'useful' | 'grade' = 'useful', grades: Record<string, string> = {}) =>
  boardRows({ board, runs: [] }, order, id => grades[id] ?? null)

const first = <T>([one]: readonly T[]): T => one ?? assert.fail()

describe('the board', () => {
  it('shows the share of what is new', () => {
    assert.equal(recentShare(first(after([counts('ana', 100, 0)]))), null)
    const entries = after([counts('ana', 100, 0)], [counts('ana', 110, 10)], [counts('ana', 140, 25)])
    assert.equal(recentShare(first(entries)), 62.5)
  })

  it('is idle when nothing is new, and after the counts were set to zero', () => {
    const entries = after([counts('ana', 10, 10)], [counts('ana', 0, 0)])
    assert.deepEqual(first(entries).seconds, [
      { requests: 0, success: 0 },
      { requests: 0, success: 0 },
    ])
  })

  it('takes what came while it did not listen for a beginning and no second', () => {
    const before = after([counts('ana', 0, 0)], [counts('ana', 20, 20)])
    const entries = updatedBoard(interruptedBoard(before), [counts('ana', 1_000, 20)])
    assert.equal(recentShare(first(entries)), 100)
    assert.equal(recentShare(first(updatedBoard(entries, [counts('ana', 1_020, 20)]))), 50)
  })

  for (const [word, seconds, traffic, perSecond] of [
    ['nothing yet', [0], 'idle', 0],
    ['twenty a second', [0, 20, 40, 60], 'sending', 20],
    ['one in three seconds', [0, 1, 1, 1], 'sending', 1],
    ['something before, nothing for three seconds', [0, 20, 20, 20, 20], 'stopped', 0],
    ['something half a minute ago', [0, 20, ...Array.from({ length: 30 }, () => 20)], 'idle', 0],
  ] as const) {
    it(`says what a session does that sent ${word}`, () => {
      const board = after(...seconds.map(requests => [counts('ana', requests, requests)]))
      const row = first(rowsOf(board))
      assert.deepEqual([row.traffic, row.perSecond], [traffic, perSecond])
    })
  }

  it('tells a session that waits for its answers from one that stopped', () => {
    assert.equal(first(rowsOf(after([counts('ana', 5, 5, { inFlight: 3 })]))).traffic, 'waiting')
  })

  it('sorts the most useful first, equal ones by name, and the idle last', () => {
    const at = (success: number) => [
      ...[counts('c10', success, success), counts('c9', success, success), counts('bad', success, 0)],
      ...[counts('idle', 0, 0), counts('nearly', success, Math.round(success * 0.9))],
    ]
    const order = rowsOf(after(at(0), at(100))).map(({ id }) => id)
    assert.deepEqual(order, ['c9', 'c10', 'nearly', 'bad', 'idle'])
  })

  it('has the name that an attendee gave himself, and sorts by it', () => {
    const board = after([counts('x1', 0, 0, { name: 'Zoé' }), counts('x2', 0, 0, { name: 'José' }), counts('k', 0, 0)])
    assert.deepEqual(
      rowsOf(board).map(({ id, name }) => [id, name]),
      [
        ['x2', 'José'],
        ['k', 'k'],
        ['x1', 'Zoé'],
      ],
    )
  })

  it('sorts the best grade first, then the most useful', () => {
    const at = (n: number) => [counts('a', n, 0), counts('b', n, n), counts('c', n, n), counts('d', n, n / 2)]
    const order = rowsOf(after(at(0), at(10)), 'grade', { a: 'A', b: 'C', d: 'A' }).map(({ id }) => id)
    assert.deepEqual(order, ['d', 'a', 'b', 'c'])
  })

  it('leaves out the sessions of the arms of a comparison, and tells the circuit of what is fired in a session', () => {
    const board = after([
      counts('default', 0, 0),
      counts('x-none', 0, 0),
      counts('x-breaker', 0, 0),
      counts('ana', 0, 0),
    ])
    const run = (sessions: string[], session: string | null) =>
      ({
        ...{ id: sessions.join(), status: 'running', names: ['none', 'breaker'], sessions, session },
        edges: { none: [], breaker: [{ atMs: 5, state: 'open' }] },
      }) as unknown as Run
    const runs = [run(['x-none', 'x-breaker'], null), run(['ana', 'ana'], null)]
    const rows = boardRows({ board, runs }, 'useful', () => null)
    assert.deepEqual(
      rows.map(({ id, circuit }) => [id, circuit]),
      [
        ['ana', 'open'],
        ['default', null],
      ],
    )
  })
})

describe('the letters of the board', () => {
  it('are as large as fit, in columns that hold all of it, or scroll at a size that is read', () => {
    const size = fc.record({
      count: fc.integer({ min: 1, max: 300 }),
      width: fc.integer({ min: 240, max: 3_840 }),
      height: fc.integer({ min: 200, max: 2_160 }),
    })
    fc.assert(
      fc.property(size, ({ count, width, height }) => {
        const { columns, rows, letters, scrolls } = boardLayout(count, width, height)
        assert.ok(columns * rows >= count)
        assert.ok(letters <= 72)
        assert.ok(columns === 1 || letters * 13.5 * columns <= width + 1, 'too wide')
        if (scrolls) assert.ok(letters >= 16)
        else assert.ok(letters * 3 * rows <= height + 1, 'too high')
      }),
    )
  })

  for (const [count, width, height, least] of [
    [5, 1_232, 590, 40],
    [40, 1_232, 540, 17],
    [40, 1_232, 590, 19],
    [40, 1_864, 950, 31],
    [200, 1_232, 590, 16],
    [200, 1_864, 950, 20],
  ] as const) {
    it(`has ${count} at ${width} by ${height} in letters of ${least} pixels`, () => {
      const { letters, scrolls } = boardLayout(count, width, height)
      assert.ok(letters >= least, `${letters}`)
      assert.equal(scrolls, count === 200)
    })
  }
})
