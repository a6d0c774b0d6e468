/** What a session knows of the scenario that is being played in it. */

import type { Scenario } from '../scenario/schema.ts'

/** How a run ended: by its own length, by hand, or because something else took its place. */
export type RunEnd = 'finished' | 'stopped' | 'interrupted'

export interface Play {
  readonly id: string
  readonly scenario: Scenario
  /** Milliseconds of the timeline; negative before it begins. */
  readonly atMs: number
  /** The length of the timeline in milliseconds. */
  readonly lengthMs: number
  /** Something is due, or the play is over. */
  isDue(): boolean
  /** Plays everything that is due. */
  advance(): void
  /** Ends the play and takes everything back that it set. */
  stop(end: RunEnd): void
}
