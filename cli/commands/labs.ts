/** The sessions of a comparison: one for each arm, on one clock, removed when it is over. */

import type { Control } from '../control.ts'

export interface Labs {
  /** One session an arm, in their order. */
  readonly ids: readonly string[]
  /** Milliseconds until the clock of the sessions is at zero. */
  readonly startsInMs: number
  /** Removes the sessions; one that is already gone is no error. */
  close(): Promise<void>
}

export interface LabsOptions {
  /** How the sessions are called: `{prefix}-1`, `{prefix}-2` … */
  readonly prefix: string
  readonly count: number
  /** What every session changes of the shared settings. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** How long after its making the clock of the sessions starts, such as `250ms`. */
  readonly startsIn?: string
}

/** Opens the sessions; where one cannot be opened, those before it are removed again. */
export async function openLabs(control: Control, options: LabsOptions): Promise<Labs> {
  const { prefix, count, settings, startsIn } = options
  const ids: string[] = []
  const close = async () => {
    await Promise.allSettled(ids.map(id => control.closeSession(id)))
  }
  let startsInMs = 0
  try {
    for (let number = 1; number <= count; number++) {
      const [first] = ids
      const { id, clockMs } = await control.openSession({
        id: `${prefix}-${number}`,
        ...(settings === undefined ? {} : { settings }),
        ...(first !== undefined ? { clockOf: first } : startsIn === undefined ? {} : { startsIn }),
      })
      ids.push(id)
      startsInMs = Math.max(0, -clockMs)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { ids, startsInMs, close }
}
