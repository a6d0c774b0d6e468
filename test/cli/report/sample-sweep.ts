/** A constructed sweep of two settings. */

import { type Sweep, sweepPoint } from '../../../cli/report/stats/sweep-result.ts'
import { arm, outage } from './sample-results.ts'

const grid = ['20', '40', '60', '80'].flatMap((threshold, row) =>
  ['1s', '2s', '5s'].map((openFor, column) => ({ threshold, openFor, row, column })),
)

export const sweep: Sweep = {
  schema: 1,
  command: 'sweep',
  seed: '42',
  target: outage.target,
  startedAt: outage.startedAt,
  interrupted: false,
  load: outage.load,
  trouble: outage.trouble,
  baseline: sweepPoint({}, arm('none', { success: 400, failed: 400 }, { recovered: false })),
  points: grid.map(({ threshold, openFor, row, column }) => {
    const failed = 30 + row * 25 - column * 8
    const success = 704 - column * 60 - row * row * 4
    return sweepPoint(
      { threshold, 'open-for': openFor },
      arm(
        'breaker',
        { success, failed, shortCircuited: 800 - success - failed },
        { recoveryMs: 250 + column * 1_500, recovered: true },
      ),
    )
  }),
}
