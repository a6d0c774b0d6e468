/** What the conditions of an experiment ask of a server, whether it is a real one or a simulated one. */

import type { Conditions, Outage } from './spec.ts'

/** Whether the conditions can only be met by sessions that nobody else uses. */
export function needsSessions({ failRate, settings, outages, scenario }: Conditions): boolean {
  return failRate !== undefined || settings !== undefined || outages.length > 0 || scenario !== undefined
}

/** Whether something is to happen at a known time of the run. */
export function isScripted({ outages, scenario }: Conditions): boolean {
  return outages.length > 0 || scenario !== undefined
}

/** A merge patch for the sessions of the arms; undefined where they have nothing of their own. */
export function ownSettings({ failRate, settings }: Conditions): Readonly<Record<string, unknown>> | undefined {
  return failRate === undefined ? settings : { ...settings, failRate }
}

/** How long before the run its sessions are made, where something is to happen at a known time of their clock. */
export const LEAD_MS = 250

/** What the scenario of the outages is called. */
export const OUTAGES = 'outages'

/** A scenario of outages that somebody asked for. */
export function outageScenario(outages: readonly Outage[]): Readonly<Record<string, unknown>> {
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
