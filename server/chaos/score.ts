/** A score: a scenario compiled to what is to be in force from which moment on, everything checked before it begins. */

import type { Fault } from './kinds.ts'
import { OUTAGE_FAULTS } from './outage.ts'
import { type Complaint, mergePatch, readPatch, SettingsError } from './patch.ts'
import { ms } from './quantity.ts'
import type { Scenario, Step } from './scenario.ts'
import { defaultSettings, MEMBERS, type Settings } from './settings.ts'

/** From `atMs` on, these members have these values. */
export interface Frame {
  readonly atMs: number
  readonly values: Partial<Settings>
  readonly marks: readonly string[]
}

export interface PlannedOutage {
  readonly fromMs: number
  readonly toMs: number
  readonly faults: readonly Fault[]
}

/** Times are milliseconds since the beginning of the scenario. */
export interface Score {
  readonly frames: readonly Frame[]
  readonly outages: readonly PlannedOutage[]
  readonly endsAt: number
}

/** A ramp is a stair of this many steps at most, none shorter than `SHORTEST_STEP_MS`. */
const STAIRS = 100
const SHORTEST_STEP_MS = 100

/**
 * Compiles a scenario on top of `current` settings, or of a clean slate with their seed and sampler.
 * @throws {SettingsError} naming every place of the scenario whose settings are not valid.
 */
export function scoreOf(scenario: Scenario, current: Settings): Score {
  const clean = { ...defaultSettings(current.seed), sampler: current.sampler }
  const slate = scenario.slate === 'clean' ? clean : current
  const base = patched(slate, [{ patch: scenario.base, pointer: '/base' }])
  const moments = [...new Set([0, ...scenario.timeline.flatMap(momentsOf)])].sort((a, b) => a - b)
  const edges = new Set([0, ...scenario.timeline.flatMap(step => [ms(step.at), endOf(step)])])
  let settings = base
  const frames = moments.map((atMs): Frame => {
    const patches = scenario.timeline.flatMap((step, index) => patchesAt(step, `/timeline/${index}`, atMs))
    const marks = scenario.timeline.filter(step => step.mark && ms(step.at) === atMs).map(step => step.mark ?? '')
    settings = edges.has(atMs) ? patched(base, patches) : ramped(settings, base, patches)
    return { atMs, values: settings, marks }
  })
  const outages = scenario.timeline.flatMap((step): PlannedOutage[] => {
    if (!step.outage) return []
    return [{ fromMs: ms(step.at), toMs: endOf(step), faults: step.outage.faults ?? OUTAGE_FAULTS }]
  })
  return { frames: changesOnly(frames, current), outages, endsAt: ms(scenario.lasts) }
}

interface Placed {
  readonly patch: unknown
  readonly pointer: string
}

/** Applies patches one after the other. */
function patched(start: Settings, patches: readonly Placed[]): Settings {
  let settings = start
  for (const { patch, pointer } of patches) {
    const { values } = located(pointer, () => readPatch(patch, settings))
    settings = { ...settings, ...values }
  }
  return settings
}

/** Between two edges only ramps move, from one checked value to another: what lies between need not be checked. */
function ramped(settings: Settings, base: Settings, patches: readonly Placed[]): Settings {
  const { failRate, capacity } = patches.reduce<unknown>(
    (merged, { patch }) => mergePatch(merged, patch),
    base,
  ) as Settings
  return {
    ...settings,
    failRate: failRate ?? settings.failRate,
    capacity: settings.capacity && { ...settings.capacity, slow: capacity?.slow ?? settings.capacity.slow },
  }
}

function located<T>(pointer: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new SettingsError(
      error.errors.map((flaw): Complaint => ({ pointer: pointer + flaw.pointer, detail: flaw.detail })),
    )
  }
}

/** Each frame keeps only what it changes: members that the scenario leaves alone for a while may be set by others. */
function changesOnly(frames: readonly Frame[], current: Settings): Frame[] {
  let before: Partial<Settings> = current
  return frames.map(frame => {
    const changed = MEMBERS.filter(name => JSON.stringify(frame.values[name]) !== JSON.stringify(before[name]))
    before = frame.values
    return { ...frame, values: Object.fromEntries(changed.map(name => [name, frame.values[name]])) }
  })
}

/** The moments at which a step changes something. */
function momentsOf(step: Step): number[] {
  const at = ms(step.at)
  if (step.for === undefined) return [at]
  const end = endOf(step)
  if (!step.ramp) return [at, end]
  const stair = stairOf(end - at)
  return Array.from({ length: Math.floor((end - at) / stair) + 1 }, (_, index) => at + index * stair).concat(end)
}

function patchesAt(step: Step, pointer: string, atMs: number): Placed[] {
  const begun = atMs >= ms(step.at)
  const over = step.for !== undefined && atMs >= endOf(step)
  const patches: Placed[] = []
  if (step.set && begun && !over) patches.push({ patch: step.set, pointer: `${pointer}/set` })
  if (step.ramp && begun) patches.push({ patch: rampPatch(step, step.ramp, atMs), pointer: `${pointer}/ramp` })
  return patches
}

function rampPatch(step: Step, ramp: NonNullable<Step['ramp']>, atMs: number): unknown {
  const at = ms(step.at)
  const done = Math.min(1, (atMs - at) / (endOf(step) - at))
  const value = Number((ramp.from + (ramp.to - ramp.from) * done).toFixed(3))
  return ramp.member === 'failRate' ? { failRate: value } : { capacity: { slow: value } }
}

function stairOf(lengthMs: number): number {
  return Math.max(SHORTEST_STEP_MS, lengthMs / STAIRS)
}

function endOf(step: Step): number {
  return ms(step.at) + ms(step.for ?? '0ms')
}
