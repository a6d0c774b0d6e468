/** A constructed sweep of two settings. */

import type { ArmResult } from '../../../cli/report/result.ts'
import { type Sweep, type SweepPoint, sweepPoint } from '../../../cli/report/stats/sweep-result.ts'
import { arm, daysAround, outage } from './sample-results.ts'

const grid = ['20', '40', '60', '80'].flatMap((threshold, row) =>
  ['1s', '2s', '5s'].map((openFor, column) => ({ threshold, openFor, row, column })),
)

/** A point with days of its own. */
export function pointOf(settings: SweepPoint['settings'], of: ArmResult): SweepPoint {
  return sweepPoint(settings, of, daysAround([of], 1, of.outcomes.success % 7))
}

export const sweep: Sweep = {
  schema: 1,
  command: 'sweep',
  seed: '42',
  target: outage.target,
  startedAt: outage.startedAt,
  interrupted: false,
  load: outage.load,
  trouble: outage.trouble,
  baseline: pointOf({}, arm('none', { success: 400, failed: 400 }, { recovered: false })),
  points: grid.map(({ threshold, openFor, row, column }) => {
    const failed = 30 + row * 25 - column * 8
    const success = 704 - column * 60 - row * row * 4
    return pointOf(
      { threshold, 'open-for': openFor },
      arm(
        'breaker',
        { success, failed, shortCircuited: 800 - success - failed },
        { recoveryMs: 250 + column * 1_500, recovered: true },
      ),
    )
  }),
}
