/** The exams of a challenge: each is a trouble that begins while all is well, and enough time afterwards to see a client come back. */

import { type Scenario, scenarioSchema } from '../chaos/scenario/schema.ts'
import type { Trouble } from './requests.ts'

export const EXAMS = ['hang', 'outage', 'limit', 'storm', 'flips'] as const
export type ExamName = (typeof EXAMS)[number]

export interface Exam {
  readonly name: ExamName
  readonly trouble: Trouble
  /** What is played in the session. */
  readonly scenario: Scenario
}

/** All is well: an answer takes 20 ms. */
const CALM = { failRate: 0, latency: { distribution: 'fixed', delay: '20ms' } }
/** One worker that 20 requests a second keep busy to four fifths, and a queue that holds more than a client waits for. */
const ONE_WORKER = {
  failRate: 0,
  capacity: { workers: 1, service: '40ms', queue: 60, discipline: 'fifo', abandoned: 'work' },
}

/** What an exam is made of: seconds to the beginning and the end of the trouble and of the exam, and what is wrong meanwhile. */
interface Plan {
  readonly from: number
  readonly to: number
  readonly end: number
  readonly base: object
  readonly does: object
}

const outage = (fault: object) => ({ outage: { faults: [fault] } })

const PLANS: Readonly<Record<ExamName, Plan>> = {
  hang: { from: 5, to: 10, end: 24, base: CALM, does: outage({ kind: 'hang', for: '12s' }) },
  /** At least twice as long as the calm before it, or windows that count old successes never see a majority of failures. */
  outage: { from: 6, to: 18, end: 34, base: CALM, does: outage({ kind: 'status', status: 503 }) },
  limit: { from: 5, to: 11, end: 22, base: CALM, does: outage({ kind: 'status', status: 429, retryAfter: '2s' }) },
  storm: { from: 5, to: 10, end: 28, base: ONE_WORKER, does: { set: { capacity: { slow: 8 } } } },
  flips: {
    from: 3,
    to: 15,
    end: 18,
    base: CALM,
    does: { set: { failRate: 30, faults: [{ kind: 'status', status: 503 }] } },
  },
}

/** The exam of a name. */
export function examOf(name: ExamName): Exam {
  const { from, to, end, base, does } = PLANS[name]
  const timeline = [{ at: `${from}s`, for: `${to - from}s`, mark: name, ...does }]
  return {
    name,
    trouble: { fromMs: from * 1_000, toMs: to * 1_000, endMs: end * 1_000 },
    scenario: scenario(`challenge-${name}`, `${end}s`, base, timeline),
  }
}

/** All is well, for as long as a client may take until it is steady. */
export function calmScenario(lastsMs: number): Scenario {
  return scenario('challenge-calm', `${lastsMs}ms`, CALM, [])
}

function scenario(name: string, lasts: string, base: object, timeline: readonly object[]): Scenario {
  return scenarioSchema.parse({
    ...{ name, title: name, about: 'What chaos challenge plays.', lasts, slate: 'clean', base, timeline },
    load: { rate: 20, duration: lasts },
  })
}
