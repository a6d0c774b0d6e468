/** `chaos compare --predict`: what the simulator expects, before the run, and where the run lies in it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { predictionNotes } from '../../../cli/report/verdict/prediction.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'
import { arm } from '../report/sample-results.ts'

const LOAD = ['-n', '40', '-c', '4', '--every', '50ms', '--no-keep', '--seed', 's']

describe('chaos compare --predict', () => {
  it('prints what is expected before the run, and where the run lies after it', async t => {
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    const ran = await chaos(['compare', '--predict', ...LOAD, '--arms', 'none,retry(1,base=1ms)', '-u', server.url])
    assert.equal(ran.code, 0, ran.stderr)
    const text = ran.stdout.replaceAll(/\s+/g, ' ')
    const before = text.indexOf('Expected of none, by 199 simulated days: 0.00 % useful (0.00 to 0.00')
    const after = text.indexOf(
      'none came out as the simulator expected: 0.0 % useful (0.00 to 0.00), 40 wasted calls (40 to 40)',
    )
    assert.ok(before >= 0 && before < after, ran.stdout)
    assert.match(
      text,
      /Expected of retry\(1,base=1ms\) against none: useful 0\.0 points .* wasted calls \+40 \(\+40 to \+40\)/,
    )
  })

  it('puts it into the document, and prints nothing else', async t => {
    const server = await startTestServer(t)
    const ran = await chaos(['compare', '--predict', '--json', ...LOAD, '--fail-rate', '30', '-u', server.url])
    const { predicted } = documentOf(ran)
    assert.deepEqual([predicted?.replicates, predicted?.arms.map(({ name }) => name)], [199, ['none', 'breaker']])
    const [none] = predicted?.arms ?? []
    assert.ok((none?.useful?.low ?? 0) < 70 && (none?.useful?.high ?? 0) > 70)
  })

  const refused: readonly [words: readonly string[], message: RegExp][] = [
    [['--repeat', '2'], /leave out --repeat/],
    [['--method', 'POST'], /only GET and HEAD can be simulated/],
    [['--no-keep-alive'], /new connections cannot be simulated/],
  ]
  for (const [words, message] of refused) {
    it(`refuses ${words.join(' ')}`, async t => {
      const server = await startTestServer(t)
      const ran = await chaos(['compare', '--predict', ...LOAD, ...words, '-u', server.url])
      assert.deepEqual([ran.code, ran.stdout], [2, ''])
      assert.match(ran.stderr.replaceAll(/\s+/g, ' '), message)
    })
  }

  it('names what came out otherwise', () => {
    const span = (low: number, high: number) => ({ mean: (low + high) / 2, low, high })
    const expected = {
      name: 'breaker',
      useful: span(60, 70),
      wasted: span(10, 20),
      recoveryMs: span(0, 500),
      recovered: 9,
    }
    const predicted = { replicates: 199, varied: [], method: '', arms: [expected], differences: [] }
    const cases: readonly [Parameters<typeof arm>, string[]][] = [
      [['breaker', { success: 65, failed: 20, shortCircuited: 15 }, { recoveryMs: 500, recovered: true }], []],
      [
        ['breaker', { success: 71, failed: 21, shortCircuited: 8 }, { recoveryMs: 501, recovered: true }],
        ['useful', 'wasted', 'recovery'],
      ],
      [['breaker', { success: 60, failed: 9, shortCircuited: 31 }, { recoveryMs: null, recovered: false }], ['wasted']],
    ]
    for (const [made, outside] of cases) {
      const [note] = predictionNotes({ predicted, arms: [arm(...made)] })
      assert.deepEqual(note?.figures.outside ?? [], outside)
      assert.equal(note?.code, outside.length === 0 ? 'note.predicted' : 'note.predicted-not')
    }
  })
})
