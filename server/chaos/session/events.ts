/** What the failure model tells its listeners. */

import type { Source } from '../settings/layers.ts'
import type { Member, Settings } from '../settings/schema.ts'

export type ChaosEvent =
  | {
      readonly type: 'settings'
      readonly session: string
      readonly source: string
      readonly changed: readonly Member[]
      readonly before: Settings
      readonly settings: Settings
    }
  | {
      readonly type: 'outage'
      readonly session: string
      readonly change: 'declared' | 'began' | 'ended' | 'cleared'
      readonly what: string
      /** Who declared or cleared it; began and ended happen by themselves. */
      readonly source?: Source
    }
  | {
      readonly type: 'scenario'
      readonly session: string
      readonly run: string
      readonly name: string
      readonly change: 'started' | 'marked' | 'finished' | 'stopped' | 'interrupted'
      /** The remark of a mark, else empty. */
      readonly text: string
      /** Milliseconds of the scenario's timeline. */
      readonly atMs: number
    }
  | {
      readonly type: 'challenge'
      readonly session: string
      readonly id: string
      readonly phase: string
      /** The exam that is played, or empty. */
      readonly exam: string
      /** The overall grade; empty before there is one, and where there is none. */
      readonly overall: string
    }
  | {
      readonly type: 'session'
      readonly session: string
      readonly change: 'created' | 'deleted' | 'reset' | 'renamed'
      /** What everybody may call it, or null. */
      readonly name: string | null
    }

export type ChaosListener = (event: ChaosEvent) => void
