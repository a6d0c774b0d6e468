/** Makes the sessions of a run: one an arm on one clock, with their settings and their script, removed when it is over. */

import type { Conditions, Outage } from '../../server/experiments/spec.ts'
import type { Clock } from '../../server/lib/clock.ts'
import type { Control } from '../control/control.ts'
import type { Trouble } from '../report/result.ts'

/** The sessions of a run, made ready for its arms. */
export interface RunSessions {
  /** The session of each arm; undefined for the one that all share, or where the target knows none. */
  readonly sessions: readonly (string | undefined)[]
  /** The clock's reading at which the run begins; one that has passed means at once. */
  readonly startsAt: number
  /** What is known to go wrong, from the start of the run. */
  readonly trouble: Readonly<Trouble>
  /** Takes back everything that was made ready. */
  close(): Promise<void>
}

/** Whether the conditions can only be met by sessions that nobody else uses. */
export function needsSessions({ failRate, settings, outages, scenario }: Conditions): boolean {
  return failRate !== undefined || settings !== undefined || outages.length > 0 || scenario !== undefined
}

/** No sessions of their own: every arm uses `session`, at once. */
export function sharedSession(session: string | undefined): (arms: number) => Promise<RunSessions> {
  return async arms => ({
    sessions: Array.from({ length: arms }, () => session),
    startsAt: 0,
    trouble: [],
    close: async () => {},
  })
}

/** How long before the run its sessions are made, where something is to happen at a known time of their clock. */
const LEAD_MS = 250

/** Opens, for each run, a session for each arm, named after `prefix`. */
export function ownSessions(clock: Clock, control: Control, prefix: string, conditions: Conditions) {
  const { failRate, settings } = conditions
  const patch = failRate === undefined ? settings : { ...settings, failRate }
  let runs = 0
  return async (arms: number): Promise<RunSessions> => {
    const name = runs++ === 0 ? prefix : `${prefix}-${runs}`
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
        const { clockMs } = await control.openSession({
          id,
          ...(patch === undefined ? {} : { settings: patch }),
          ...(first === undefined ? { startsIn: `${LEAD_MS}ms` } : { clockOf: first }),
        })
        opened.push(id)
        if (first === undefined) startsAt = clock.now() - clockMs
        trouble = await startScenario(control.in(id), conditions)
      }
      const scripted = conditions.outages.length > 0 || conditions.scenario !== undefined
      return { sessions: opened, startsAt: scripted ? startsAt : 0, trouble, close }
    } catch (error) {
      await close()
      throw error
    }
  }
}

/** Starts the scenario of a session and says what will go wrong, by the clock of the session. */
async function startScenario(control: Control, { outages, scenario }: Conditions): Promise<Readonly<Trouble>> {
  if (scenario !== undefined) return (await control.play(scenario)).trouble
  if (outages.length === 0) return []
  return (await control.play(OUTAGES, scenarioOf(outages))).trouble
}

const OUTAGES = 'outages'

/** A scenario of outages that somebody asked for. */
function scenarioOf(outages: readonly Outage[]): Readonly<Record<string, unknown>> {
  const end = Math.max(...outages.map(outage => outage.toMs))
  return {
    name: OUTAGES,
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
