/** How a decision is explained to people, in words and in a header. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { explain, NO_FAULT } from '../../../../server/chaos/decision/decision.ts'
import { marker } from '../../../../server/chaos/inject/inject.ts'

suite('words', () => {
  test('an explanation says what, which rule, and the figures', () => {
    const reset = { kind: 'reset' as const, weight: 1 }
    const cases: [Parameters<typeof explain>[0], string, string][] = [
      [NO_FAULT, 'served: failRate is 0 %, so nothing was drawn', 'none; rate=0; draw=0.99'],
      [
        { ...NO_FAULT, rate: 70, draw: 0.1234567, fault: reset },
        'reset: draw 12.3457 is below the rate 70 of failRate',
        'reset; rate=70; draw=0.12',
      ],
      [
        { ...NO_FAULT, rate: 70, draw: 0.75 },
        'served: draw 75 is not below the rate 70 of failRate',
        'none; rate=70; draw=0.75',
      ],
      [
        { ...NO_FAULT, rule: 'poison', rate: 100, draw: 0.5, fault: reset },
        'reset: draw 50 is below the rate 100 of rule "poison"',
        'reset; rule=poison; rate=100; draw=0.50',
      ],
      [
        { ...NO_FAULT, cause: 'outage', rule: 'a declared outage', fault: reset },
        'reset: every request fails during a declared outage',
        'reset; outage',
      ],
    ]
    for (const [decision, why, header] of cases) {
      assert.equal(explain(decision), why)
      assert.equal(marker(decision), header)
    }
  })
})
