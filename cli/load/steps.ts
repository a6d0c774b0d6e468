/** What happens to the upstream while a run is under way, by the run's own clock. */

import type { Clock } from '../../server/clock.ts'

/** Something to be done `atMs` milliseconds after the start of the run. */
export interface Step {
  readonly atMs: number
  act(): Promise<void>
}

/** Begins the steps now; the returned function drops those that are still to come and waits for those that are not done. */
export function begin(steps: readonly Step[], clock: Clock): () => Promise<void> {
  const acting: Promise<void>[] = []
  const cancels = steps.map(step => clock.after(step.atMs, () => void acting.push(step.act())))
  return async () => {
    for (const cancel of cancels) cancel()
    await Promise.all(acting)
  }
}
