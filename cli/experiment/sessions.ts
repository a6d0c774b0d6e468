/** Makes the sessions of a run: one an arm on one clock, with their settings and their script, removed when it is over. */

import {
  isScripted,
  LEAD_MS,
  needsSessions,
  OUTAGES,
  outageScenario,
  ownSettings,
} from '../../server/experiments/conditions.ts'
import type { Conditions, ExperimentSpec } from '../../server/experiments/spec.ts'
import type { Clock } from '../../server/lib/clock.ts'
import type { Control } from '../control/control.ts'
import type { Trouble } from '../report/result.ts'

/** Calls that name no session belong to it. */
export const DEFAULT_SESSION = 'default'

/** The sessions of a run, made ready for its arms. */
export interface RunSessions {
  /** The session of each arm; undefined for the one that all share, or where the target knows none. */
  readonly sessions: readonly (string | undefined)[]
  /** The clock's reading at which the run begins; one that has passed means at once. */
  readonly startsAt: number
  /** What is known to go wrong, from the start of the run. */
  readonly trouble: Readonly<Trouble>
  /**
   * Whose session is another by now, or gone: the positions of these arms. Unknown is not gone, as where the server does not
   * answer.
   */
  vanished?(): Promise<readonly number[]>
  /** Takes back everything that was made ready. */
  close(): Promise<void>
}

/** No sessions of their own: every arm uses `session`, at once; `control` is that of the server, where it is known. */
export function sharedSession(session: string | undefined, control: Control | null) {
  return async (arms: number): Promise<RunSessions> => {
    const all = Array.from({ length: arms }, () => session)
    const id = session ?? DEFAULT_SESSION
    const instance = (await control?.session(id).catch(() => null))?.instance
    return {
      sessions: all,
      startsAt: 0,
      trouble: [],
      vanished: async () => (control && (await isGone(control, id, instance)) ? [...all.keys()] : []),
      close: async () => {},
    }
  }
}

/** Whether a session that was there is another by now, or none. */
async function isGone(control: Control, id: string, instance: string | undefined): Promise<boolean> {
  if (instance === undefined) return false
  const now = await control.session(id).catch(() => undefined)
  return now !== undefined && now?.instance !== instance
}

/** Opens, for each run, a session for each arm, named after `prefix`; with `seed` they draw from another than the server's. */
export function ownSessions(clock: Clock, control: Control, prefix: string, conditions: Conditions, seed?: string) {
  const own = ownSettings(conditions)
  const patch = seed === undefined ? own : { ...own, seed }
  let runs = 0
  return async (arms: number): Promise<RunSessions> => {
    const name = runs++ === 0 ? prefix : `${prefix}-${runs}`
    const opened: string[] = []
    const instances: (string | undefined)[] = []
    const close = async () => {
      await Promise.allSettled(opened.map(id => control.closeSession(id)))
    }
    try {
      let startsAt = 0
      let trouble: Readonly<Trouble> = []
      for (let number = 1; number <= arms; number++) {
        const [first] = opened
        const id = `${name}-${number}`
        const { clockMs, instance } = await control.openSession({
          id,
          ...(patch === undefined ? {} : { settings: patch }),
          ...(first === undefined ? { startsIn: `${LEAD_MS}ms` } : { clockOf: first }),
        })
        opened.push(id)
        instances.push(instance)
        if (first === undefined) startsAt = clock.now() - clockMs
        trouble = await startScenario(control.in(id), conditions)
      }
      const vanished = async () => {
        const gone = await Promise.all(opened.map((id, index) => isGone(control, id, instances[index])))
        return gone.flatMap((is, index) => (is ? [index] : []))
      }
      return { sessions: opened, startsAt: isScripted(conditions) ? startsAt : 0, trouble, vanished, close }
    } catch (error) {
      await close()
      throw error
    }
  }
}

/**
 * The experiment where it belongs: a burst is fired at its session, but what is done to sessions of its own, and the arms of a
 * comparison, begin with the settings of that session.
 * @throws {UserError} with code 3 for a session that is not there
 */
export async function placedIn(
  spec: ExperimentSpec,
  command: 'burst' | 'compare',
  control: Control,
): Promise<ExperimentSpec> {
  const { session = DEFAULT_SESSION } = spec
  if (session === DEFAULT_SESSION) return command === 'compare' ? { ...spec, session: undefined } : spec
  return command === 'compare' || needsSessions(spec.conditions) ? startingFrom(spec, control, session) : spec
}

/**
 * The experiment with sessions that begin as `session` is now, whatever becomes of that meanwhile.
 * @throws {UserError} with code 3 for a session that is not there
 */
async function startingFrom(spec: ExperimentSpec, control: Control, session: string): Promise<ExperimentSpec> {
  const { settings } = await control.in(session).requireSession()
  const { session: _, conditions, ...rest } = spec
  const { failRate = settings.failRate } = conditions
  return {
    ...rest,
    conditions: {
      ...conditions,
      ...(typeof failRate === 'number' ? { failRate } : {}),
      settings: { ...settings, ...conditions.settings },
    },
  }
}

/** Starts the scenario of a session and says what will go wrong, by the clock of the session. */
async function startScenario(control: Control, { outages, scenario }: Conditions): Promise<Readonly<Trouble>> {
  if (scenario !== undefined) return (await control.play(scenario)).trouble
  if (outages.length === 0) return []
  return (await control.play(OUTAGES, outageScenario(outages))).trouble
}
