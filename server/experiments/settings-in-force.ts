/** The settings that the arms of a run meet, as far as they are known before it begins: those of the server, its own, and its script. */

import { parseScenario } from '../chaos/scenario/files.ts'
import type { Scenario } from '../chaos/scenario/schema.ts'
import { compileTimeline } from '../chaos/scenario/timeline.ts'
import { readPatch, SettingsError } from '../chaos/settings/patch.ts'
import { type Settings, settingsSchema } from '../chaos/settings/schema.ts'
import { ownSettings } from './conditions.ts'
import type { Conditions } from './spec.ts'

export interface SettingsInForce {
  /** What holds while nothing of the script happens. */
  readonly base: Settings
  /** That, and whatever the script makes of it, in the order of time. */
  readonly all: readonly Settings[]
}

/**
 * @param settings of the server when the run begins
 * @param scenario the document of the one that the conditions name; null where nobody knows it
 * @returns null where the settings are not known, or are none
 */
export function settingsInForce(
  settings: Readonly<Record<string, unknown>> | null | undefined,
  conditions: Conditions,
  scenario: unknown,
): SettingsInForce | null {
  const { data: server } = settingsSchema.safeParse(settings)
  if (!server || (conditions.scenario !== undefined && scenario === null)) return null
  try {
    const own = { ...server, ...readPatch(ownSettings(conditions) ?? {}, server).values }
    if (scenario !== null) return played(parseScenario(scenario), own)
    return { base: own, all: [own, ...conditions.outages.map(({ failRate }) => ({ ...own, failRate }))] }
  } catch (error) {
    if (error instanceof SettingsError) return null
    throw error
  }
}

function played(scenario: Scenario, current: Settings): SettingsInForce {
  let settings = current
  const all = compileTimeline(scenario, current).keyframes.map(({ values }) => {
    settings = { ...settings, ...values }
    return settings
  })
  const [calm] = compileTimeline({ ...scenario, timeline: [] }, current).keyframes
  return { base: { ...current, ...calm?.values }, all }
}

/** The useful share that the settings alone promise, 0 to 1; null where they are not known, or rules decide beside the fail rate. */
export function promisedShare(inForce: SettingsInForce | null): number | null {
  if (!inForce || inForce.base.rules.some(({ rate }) => rate > 0)) return null
  return 1 - inForce.base.failRate / 100
}
