/** The closing table of a demo: each regime without a breaker and with one. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { plain } from '../../../../cli/report/look.ts'
import type { Result } from '../../../../cli/report/result.ts'
import { renderRegimes } from '../../../../cli/report/text/regimes.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { arm, result } from '../sample-results.ts'

function regime(title: string, code: string, ...arms: ReturnType<typeof side>[]): Result {
  const verdict = { text: '', hint: '', usefulPoints: null, ci95: null, code }
  return { ...result(arms), title, verdict } as unknown as Result
}

function side(success: number, failed: number, recoveryMs: number | null) {
  const upstream = { calls: success + failed, wasted: failed }
  return arm('x', { success, failed }, { upstream, recovered: recoveryMs !== null, recoveryMs })
}

it('lays the regimes side by side, and says what the breaker did in each', () => {
  const regimes = [
    regime('1. COIN FLIPS: 30 % fail', 'hurt', side(69, 31, 0), side(33, 67, 0)),
    regime('2. A RETRY STORM: slow', 'helped', side(17, 1_183, null), side(92, 8, 250)),
    regime('3. NOTHING', 'nothing-failed', side(1, 0, 0), side(1, 0, 0)),
  ]
  assert.deepEqual(renderRegimes(regimes, { width: 80, ascii: true, palette: plain, words: english }).split('\n'), [
    '  The regimes side by side, without a breaker -> with one:',
    '',
    '                  useful               wasted calls   recovery             the breaker',
    '  coin flips      69.0 % -> 33.0 %     31 -> 67       at once -> at once   hurts',
    '  a retry storm   1.4 % -> 92.0 %      1,183 -> 8     never -> 250 ms      helps',
    '  nothing         100.0 % -> 100.0 %   0 -> 0         at once -> at once   no clear difference',
  ])
})
