/** Why refusals cost answers: the one cause that the figures of a run bear out, or none. */

import type { ArmDifference, ArmResult, Figures } from '../result.ts'
import { useful, usefulShare } from '../stats/figures.ts'
import { circuitOf } from './arm-names.ts'

/** The first arm does as well while the last one refuses as it does on the whole, or nearly. */
const NEARLY = 0.8

/**
 * - `one-product`: what fails is one product, and the circuit is around all of them
 * - `token-bucket`: the upstream turns away what is too much, 429, whoever asks
 * - `refused-late`: the circuit was still open when the trouble was over; `all-refused-late`: and that is all
 * - `re-opened`: each call fails on its own, its probes too, so that the circuit opened again and again
 * - `independent`: each call fails on its own
 */
export type Cause =
  | 'one-product'
  | 'token-bucket'
  | 'refused-late'
  | 'all-refused-late'
  | 're-opened'
  | 'independent'
  | 'unknown'

/** The cause and the figures that its words need. */
export interface Reason {
  readonly reason: Cause
  readonly figures: Figures
}

/** Why the arm lost answers that came to the first one; unknown where it refused few of them, or nothing tells. */
export function reasonOf(first: ArmResult, arm: ArmResult, { lost, refused }: ArmDifference): Reason {
  const unknown: Reason = { reason: 'unknown', figures: {} }
  if (circuitOf(arm.name) === null || !refused) return unknown
  const fewer = lost?.answers ?? useful(first.outcomes) - useful(arm.outcomes)
  if ((lost?.refused ?? refused.requests) < fewer / 2) return unknown
  const product = onlyProduct(first)
  if (product !== null) return { reason: 'one-product', figures: { code: product } }
  if (isTurnedAway(first)) return { reason: 'token-bucket', figures: {} }
  if (!lost) return unknown
  if (lost.afterTrouble === lost.answers) return { reason: 'all-refused-late', figures: {} }
  if (lost.afterTrouble >= lost.answers / 2) return { reason: 'refused-late', figures: { late: lost.afterTrouble } }
  const answered = lost.refused / refused.requests
  if (answered < NEARLY * (usefulShare(first.outcomes) ?? 1)) return unknown
  const again = arm.states.filter(
    ({ state }, index) => state === 'open' && arm.states[index - 1]?.state === 'half-open',
  )
  if (again.length === 0) return { reason: 'independent', figures: {} }
  return { reason: 're-opened', figures: { times: again.length } }
}

/** The one product that an arm's failures are about; null where they are about several. */
export function onlyProduct({ byCode = [] }: ArmResult): string | null {
  const [worst, ...others] = byCode
  if (!worst || others.length === 0 || worst.failed < worst.requests / 2) return null
  const elsewhere = others.reduce((sum, { failed }) => sum + failed, 0)
  return elsewhere <= worst.failed / 10 ? worst.code : null
}

/** Whether most of an arm's failures are answers 429. */
export function isTurnedAway({ statuses = {}, outcomes, upstream }: ArmResult): boolean {
  const failures = Math.max(outcomes.failed, upstream.wasted)
  return (statuses['429'] ?? 0) >= Math.max(1, outcomes.failed / 2) && failures > 0
}

/** How long nothing of what was sent may come to be useful, in quarter seconds, to be a spell of failures. */
const SPELL = 3
const ENOUGH = 2

/** Whether failures came in spells: for a while all that was sent failed, as it does not where each fails on its own. */
export function cameInSpells({ sent = [], outcomes }: ArmResult): boolean {
  if (outcomes.success === 0) return false
  let row = 0
  for (const { requests, useful } of sent) {
    row = requests >= ENOUGH && useful === 0 ? row + 1 : requests === 0 ? row : 0
    if (row >= SPELL) return true
  }
  return false
}
