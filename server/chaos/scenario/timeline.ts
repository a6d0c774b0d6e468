/** A timeline: a scenario compiled to keyframes, what is to be in force from which moment on, checked before it begins. */

import { OUTAGE_FAULTS } from '../decision/outage.ts'
import type { Fault } from '../settings/faults.ts'
import { type Complaint, type Effect, Patch, readPatch, SettingsError } from '../settings/patch.ts'
import { ms } from '../settings/quantity.ts'
import { defaultSettings, MEMBERS, type Settings } from '../settings/schema.ts'
import { type Scenario, type Step, type TroubleSpan, troubleOf } from './schema.ts'

/** From `atMs` on, these members have these values. */
export interface Keyframe {
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
export interface Timeline {
  readonly keyframes: readonly Keyframe[]
  readonly outages: readonly PlannedOutage[]
  readonly endsAt: number
  /** When things are worse, for charts and for the time of recovery. */
  readonly trouble: readonly TroubleSpan[]
}

/** A step of the timeline, read once. */
interface TimedStep {
  readonly step: Step
  readonly atMs: number
  /** When what it sets is taken back, or its ramp arrives; `atMs` where it has no length. */
  readonly endMs: number
  readonly set: Patch | null
  /** Where it stands in the scenario. */
  readonly pointer: string
}

/** A ramp is cut into this many keyframes at most, none shorter than `MIN_RAMP_STEP_MS`; all ramps together into so many. */
const MAX_RAMP_STEPS = 100
const MAX_ALL_RAMP_STEPS = 2_500
const MIN_RAMP_STEP_MS = 100

/**
 * Compiles a scenario on top of `current` settings, or of a clean slate with their seed and sampler.
 * @throws {SettingsError} naming every place of the scenario whose settings are not valid.
 */
export function compileTimeline(scenario: Scenario, current: Settings): Timeline {
  const clean = { ...defaultSettings(current.seed), sampler: current.sampler }
  const slate = scenario.slate === 'clean' ? clean : current
  const base = applied(slate, '/base', () => readPatch(scenario.base, slate))
  const steps = scenario.timeline.map((step, index) => timedStep(step, `/timeline/${index}`, base))
  const edges = new Set([0, ...steps.flatMap(({ atMs, endMs }) => [atMs, endMs])])
  const moments = [...new Set([...edges, ...rampMoments(steps)])].sort((a, b) => a - b)
  const marks = marksOf(steps)
  let settings = base
  let moving: Moving = { failRate: null, slow: null }
  const keyframes = moments.map((atMs): Keyframe => {
    if (edges.has(atMs)) {
      settings = settingsAt(base, steps, atMs)
      moving = { failRate: moverOf(steps, 'failRate', atMs), slow: moverOf(steps, 'capacity.slow', atMs) }
    } else settings = between(settings, moving, atMs)
    return { atMs, values: settings, marks: marks.get(atMs) ?? [] }
  })
  return {
    keyframes: changesOnly(keyframes, current),
    outages: steps.flatMap(outageOf),
    endsAt: ms(scenario.lasts),
    trouble: troubleOf(scenario),
  }
}

function timedStep(step: Step, pointer: string, base: Settings): TimedStep {
  const { ramp } = step
  const atMs = ms(step.at)
  const set = step.set ? located(`${pointer}/set`, () => new Patch(step.set)) : null
  // What lies between two ends that are valid is valid.
  if (ramp) for (const end of [ramp.from, ramp.to]) located(`${pointer}/ramp`, () => rampPatch(ramp, end).on(base))
  return { step, atMs, endMs: atMs + ms(step.for ?? '0ms'), set, pointer }
}

/** Everything that holds at a moment, one step after the other. */
function settingsAt(base: Settings, steps: readonly TimedStep[], atMs: number): Settings {
  const draft: Draft = { ...base }
  for (const timed of steps) {
    const { set } = timed
    const { ramp } = timed.step
    if (set && isSet(timed, atMs)) Object.assign(draft, located(`${timed.pointer}/set`, () => set.on(draft)).values)
    if (ramp && atMs >= timed.atMs) moveTo(draft, ramp, rampAt(timed, ramp, atMs))
  }
  return draft
}

/** Settings on their way to a moment: one object, whatever the number of steps. */
type Draft = { -readonly [Name in keyof Settings]: Settings[Name] }

type Ramp = NonNullable<Step['ramp']>

/** Where a member is by a moment; null where no ramp moves it. */
type Mover = ((atMs: number) => number) | null

/** What moves from an edge to the next one. */
interface Moving {
  readonly failRate: Mover
  readonly slow: Mover
}

/** Between two edges only ramps move. */
function between(settings: Settings, moving: Moving, atMs: number): Settings {
  const failRate = moving.failRate?.(atMs) ?? settings.failRate
  const { capacity } = settings
  const slow = moving.slow?.(atMs) ?? capacity?.slow
  const isSlower = capacity !== null && slow !== undefined && slow !== capacity.slow
  return { ...settings, failRate, capacity: isSlower ? { ...capacity, slow } : capacity }
}

/** The ramp that moves a member from an edge on, or null where there is none, or a later step holds it still. */
function moverOf(steps: readonly TimedStep[], member: Ramp['member'], atMs: number): Mover {
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const timed = steps[index] as TimedStep
    const { ramp } = timed.step
    // One that has arrived stays there.
    if (ramp?.member === member && atMs >= timed.atMs)
      return atMs < timed.endMs ? now => rampAt(timed, ramp, now) : null
    if (timed.set && isSet(timed, atMs) && holds(timed.step.set ?? {}, member)) return null
  }
  return null
}

/** Whether a merge patch decides a member that ramps can move. */
function holds({ failRate = null, capacity }: Readonly<Record<string, unknown>>, member: Ramp['member']): boolean {
  if (member === 'failRate') return failRate !== null
  return capacity === null || (typeof capacity === 'object' && 'slow' in capacity)
}

function isSet({ step, atMs, endMs }: TimedStep, now: number): boolean {
  return now >= atMs && (step.for === undefined || now < endMs)
}

function rampAt({ atMs, endMs }: TimedStep, { from, to }: Ramp, now: number): number {
  return Number((from + (to - from) * Math.min(1, (now - atMs) / (endMs - atMs))).toFixed(3))
}

function moveTo(draft: Draft, ramp: Ramp, value: number): void {
  const { capacity } = draft
  if (ramp.member === 'failRate') draft.failRate = value
  else if (capacity) draft.capacity = { ...capacity, slow: value }
  else Object.assign(draft, rampPatch(ramp, value).on(draft).values)
}

function rampPatch({ member }: Ramp, value: number): Patch {
  return new Patch(member === 'failRate' ? { failRate: value } : { capacity: { slow: value } })
}

/** The moments at which ramps move. Those that run at once move together: moments keep the distance of a ramp step. */
function rampMoments(steps: readonly TimedStep[]): number[] {
  const ramps = steps.filter(({ step }) => step.ramp)
  const most = Math.min(MAX_RAMP_STEPS, Math.floor(MAX_ALL_RAMP_STEPS / ramps.length))
  const moments = ramps.flatMap(({ atMs, endMs }) => {
    const stepMs = Math.max(MIN_RAMP_STEP_MS, (endMs - atMs) / most)
    const count = Math.floor((endMs - atMs) / stepMs) + 1
    return Array.from({ length: count }, (_, index) => atMs + index * stepMs)
  })
  let last = Number.NEGATIVE_INFINITY
  return moments
    .sort((a, b) => a - b)
    .filter(atMs => {
      // What is a rounding error short of it is far enough.
      if (atMs - last < MIN_RAMP_STEP_MS - 1) return false
      last = atMs
      return true
    })
}

function marksOf(steps: readonly TimedStep[]): ReadonlyMap<number, readonly string[]> {
  const marks = new Map<number, string[]>()
  for (const { atMs, step } of steps) if (step.mark) marks.set(atMs, [...(marks.get(atMs) ?? []), step.mark])
  return marks
}

function outageOf({ step, atMs, endMs }: TimedStep): PlannedOutage[] {
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

/** Each keyframe keeps only what it changes: members that the scenario leaves alone for a while may be set by others. */
function changesOnly(keyframes: readonly Keyframe[], current: Settings): Keyframe[] {
  let before: Partial<Settings> = current
  return keyframes.map(keyframe => {
    const changed = MEMBERS.filter(name => !isSame(keyframe.values[name], before[name]))
    before = keyframe.values
    return { ...keyframe, values: Object.fromEntries(changed.map(name => [name, keyframe.values[name]])) }
  })
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
