/** A score: a scenario compiled to what is to be in force from which moment on, everything checked before it begins. */

import { OUTAGE_FAULTS } from '../decision/outage.ts'
import type { Fault } from '../settings/faults.ts'
import { type Complaint, type Effect, Patch, readPatch, SettingsError } from '../settings/patch.ts'
import { ms } from '../settings/quantity.ts'
import { defaultSettings, MEMBERS, type Settings } from '../settings/schema.ts'
import type { Scenario, Step } from './schema.ts'

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

/** A step of the timeline, read once. */
interface Cue {
  readonly step: Step
  readonly atMs: number
  /** When what it sets is taken back, or its ramp arrives; `atMs` where it has no length. */
  readonly endMs: number
  readonly set: Patch | null
  /** Where it stands in the scenario. */
  readonly pointer: string
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
  const base = applied(slate, '/base', () => readPatch(scenario.base, slate))
  const cues = scenario.timeline.map((step, index) => cueOf(step, `/timeline/${index}`, base))
  const moments = [...new Set([0, ...cues.flatMap(momentsOf)])].sort((a, b) => a - b)
  const edges = new Set([0, ...cues.flatMap(({ atMs, endMs }) => [atMs, endMs])])
  const marks = marksOf(cues)
  let settings = base
  const frames = moments.map((atMs): Frame => {
    settings = edges.has(atMs) ? settingsAt(base, cues, atMs) : between(settings, cues, atMs)
    return { atMs, values: settings, marks: marks.get(atMs) ?? [] }
  })
  return { frames: changesOnly(frames, current), outages: cues.flatMap(outageOf), endsAt: ms(scenario.lasts) }
}

function cueOf(step: Step, pointer: string, base: Settings): Cue {
  const { ramp } = step
  const atMs = ms(step.at)
  const set = step.set ? located(`${pointer}/set`, () => new Patch(step.set)) : null
  // What lies between two ends that are valid is valid.
  if (ramp) for (const end of [ramp.from, ramp.to]) located(`${pointer}/ramp`, () => rampPatch(ramp, end).on(base))
  return { step, atMs, endMs: atMs + ms(step.for ?? '0ms'), set, pointer }
}

/** Everything that holds at a moment, one step after the other. */
function settingsAt(base: Settings, cues: readonly Cue[], atMs: number): Settings {
  let settings = base
  for (const cue of cues) {
    const { set } = cue
    const { ramp } = cue.step
    if (set && isSet(cue, atMs)) settings = applied(settings, `${cue.pointer}/set`, () => set.on(settings))
    if (ramp && atMs >= cue.atMs) settings = ramped(settings, ramp, rampAt(cue, ramp, atMs))
  }
  return settings
}

/** Between two edges only ramps move. */
function between(settings: Settings, cues: readonly Cue[], atMs: number): Settings {
  const failRate = movedTo(cues, 'failRate', atMs) ?? settings.failRate
  const slow = movedTo(cues, 'capacity.slow', atMs)
  const { capacity } = settings
  return { ...settings, failRate, capacity: capacity && slow !== null ? { ...capacity, slow } : capacity }
}

type Ramp = NonNullable<Step['ramp']>

/** Where a ramp has brought a member by then, or null where a later step holds it still. */
function movedTo(cues: readonly Cue[], member: Ramp['member'], atMs: number): number | null {
  for (let index = cues.length - 1; index >= 0; index -= 1) {
    const cue = cues[index] as Cue
    const { ramp } = cue.step
    if (ramp?.member === member && atMs >= cue.atMs) return rampAt(cue, ramp, atMs)
    if (cue.set && isSet(cue, atMs) && holds(cue.step.set ?? {}, member)) return null
  }
  return null
}

/** Whether a merge patch decides a member that ramps can move. */
function holds({ failRate = null, capacity }: Readonly<Record<string, unknown>>, member: Ramp['member']): boolean {
  if (member === 'failRate') return failRate !== null
  return capacity === null || (typeof capacity === 'object' && 'slow' in capacity)
}

function isSet({ step, atMs, endMs }: Cue, now: number): boolean {
  return now >= atMs && (step.for === undefined || now < endMs)
}

function rampAt({ atMs, endMs }: Cue, { from, to }: Ramp, now: number): number {
  return Number((from + (to - from) * Math.min(1, (now - atMs) / (endMs - atMs))).toFixed(3))
}

function ramped(settings: Settings, ramp: Ramp, value: number): Settings {
  if (ramp.member === 'failRate') return { ...settings, failRate: value }
  const { capacity } = settings
  if (capacity) return { ...settings, capacity: { ...capacity, slow: value } }
  return { ...settings, ...rampPatch(ramp, value).on(settings).values }
}

function rampPatch({ member }: Ramp, value: number): Patch {
  return new Patch(member === 'failRate' ? { failRate: value } : { capacity: { slow: value } })
}

/** The moments at which a step changes something. */
function momentsOf({ step, atMs, endMs }: Cue): number[] {
  if (step.for === undefined) return [atMs]
  if (!step.ramp) return [atMs, endMs]
  const stair = Math.max(SHORTEST_STEP_MS, (endMs - atMs) / STAIRS)
  const stairs = Math.floor((endMs - atMs) / stair) + 1
  return Array.from({ length: stairs }, (_, index) => atMs + index * stair).concat(endMs)
}

function marksOf(cues: readonly Cue[]): ReadonlyMap<number, readonly string[]> {
  const marks = new Map<number, string[]>()
  for (const { atMs, step } of cues) if (step.mark) marks.set(atMs, [...(marks.get(atMs) ?? []), step.mark])
  return marks
}

function outageOf({ step, atMs, endMs }: Cue): PlannedOutage[] {
  return step.outage ? [{ fromMs: atMs, toMs: endMs, faults: step.outage.faults ?? OUTAGE_FAULTS }] : []
}

/** `settings` with an effect; a flaw is named by its place in the whole scenario. */
function applied(settings: Settings, pointer: string, effect: () => Effect): Settings {
  return { ...settings, ...located(pointer, effect).values }
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
    const changed = MEMBERS.filter(name => !isSame(frame.values[name], before[name]))
    before = frame.values
    return { ...frame, values: Object.fromEntries(changed.map(name => [name, frame.values[name]])) }
  })
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
