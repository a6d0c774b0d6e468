/** What the failure model tells its listeners. */

import type { Member, Settings } from './settings.ts'

export type ChaosEvent =
  | {
      readonly type: 'settings'
      readonly session: string
      readonly source: string
      readonly changed: readonly Member[]
      readonly before: Settings
      readonly settings: Settings
    }
  | { readonly type: 'session'; readonly session: string; readonly change: 'created' | 'deleted' | 'reset' }

export type ChaosListener = (event: ChaosEvent) => void
