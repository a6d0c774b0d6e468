/** Makes the sessions of a run: one an arm on one clock, with their settings and their script, removed when it is over. */

import type { Control } from '../control/control.ts'
import type { Io } from '../io.ts'
import type { Trouble } from '../report/result.ts'
import type { Stage } from './run.ts'

/** A spell in which calls fail. */
export interface Outage {
  /** Percent of the calls. */
  readonly failRate: number
  readonly fromMs: number
  readonly toMs: number
}

/** What the sessions of a run have of their own; all else they inherit from the shared session as it changes. */
export interface Conditions {
  /** Percent. */
  readonly failRate?: number | undefined
  readonly outages?: readonly Outage[]
  /** The name of a scenario of the server. */
  readonly scenario?: string | undefined
}

/** A stage without sessions of its own: every arm plays in `session`, at once. */
export function sharedStage(session: string | undefined): (arms: number) => Promise<Stage> {
  return async arms => ({
    sessions: Array.from({ length: arms }, () => session),
    startsAt: 0,
    trouble: [],
    close: async () => {},
  })
}

/** How long before the run its sessions are made, where something is to happen at a known time of their clock. */
const LEAD_MS = 250

/** Stages with a session for each arm, named after `prefix`. */
export function ownStages(io: Io, control: Control, prefix: string, conditions: Conditions) {
  let stages = 0
  return async (arms: number): Promise<Stage> => {
    const name = stages++ === 0 ? prefix : `${prefix}-${stages}`
    const opened: string[] = []
    const close = async () => {
      await Promise.allSettled(opened.map(id => control.closeSession(id)))
    }
    try {
      let startsAt = 0
      let trouble: Readonly<Trouble> = []
      for (let number = 1; number <= arms; number++) {
        const [first] = opened
        const id = `${name}-${number}`
        const { failRate } = conditions
        const { clockMs } = await control.openSession({
          id,
          ...(failRate === undefined ? {} : { settings: { failRate } }),
          ...(first === undefined ? { startsIn: `${LEAD_MS}ms` } : { clockOf: first }),
        })
        opened.push(id)
        if (first === undefined) startsAt = io.clock.now() - clockMs
        trouble = await direct(control.in(id), conditions)
      }
      return { sessions: opened, startsAt: isScripted(conditions) ? startsAt : 0, trouble, close }
    } catch (error) {
      await close()
      throw error
    }
  }
}

function isScripted({ outages = [], scenario }: Conditions): boolean {
  return outages.length > 0 || scenario !== undefined
}

/** Starts the script of a session and says what will go wrong, by the clock of the session. */
async function direct(control: Control, { outages = [], scenario }: Conditions): Promise<Readonly<Trouble>> {
  if (scenario !== undefined) return (await control.play(scenario)).trouble
  if (outages.length === 0) return []
  return (await control.play(SCRIPT, scriptOf(outages))).trouble
}

const SCRIPT = 'outages'

/** A scenario of outages that somebody typed. */
function scriptOf(outages: readonly Outage[]): Readonly<Record<string, unknown>> {
  const end = Math.max(...outages.map(outage => outage.toMs))
  return {
    name: SCRIPT,
    title: 'Outages from a command line',
    about: 'The fail rate is raised for a while.',
    lasts: `${end}ms`,
    load: { requests: 1, concurrency: 1, every: '1s' },
    timeline: outages.map(({ failRate, fromMs, toMs }) => ({
      at: `${fromMs}ms`,
      for: `${toMs - fromMs}ms`,
      set: { failRate },
      mark: failRate === 100 ? 'outage' : `${failRate} % outage`,
    })),
  }
}
