/** A scenario: chaos with a script, and the load that shows it best. What the files in data/scenarios must look like. */

import { z } from 'zod'
import { faultsSchema } from '../settings/faults.ts'
import { duration, ms, whole } from '../settings/quantity.ts'

const HOUR = 3_600_000
/** A merge patch of the settings; checked in full when the scenario is compiled. */
const patch = z.record(z.string(), z.unknown())

const ramp = z
  .strictObject({
    member: z.enum(['failRate', 'capacity.slow']).describe('what changes steadily'),
    from: z.number().min(0).max(1_000),
    to: z.number().min(0).max(1_000),
  })
  .describe('a steady change over `for`; it stays at its end')

const stepSchema = z
  .strictObject({
    at: duration('when', 0, HOUR),
    for: duration('for how long; what is set is then taken back', 1, HOUR).optional(),
    set: patch.optional().describe('a merge patch of the settings'),
    ramp: ramp.optional(),
    outage: z
      .strictObject({ faults: faultsSchema.optional() })
      .optional()
      .describe('every request fails, with status 503 where nothing is said'),
    mark: z.string().min(1).max(120).optional().describe('a remark for whoever watches'),
  })
  .refine(it => it.set || it.ramp || it.outage || it.mark, 'must have set, ramp, outage or mark')
  .refine(it => it.for !== undefined || (!it.ramp && !it.outage), { path: ['for'], message: 'must say how long' })

const loadCommon = {
  timeout: duration("the client's patience", 1).default('2s'),
  retries: whole('further tries of an arm that retries', 0, 10).default(3),
  arms: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(8)
    .default(['none', 'breaker'])
    .describe('policies worth comparing'),
  codes: z.array(z.string().min(1).max(128)).min(1).max(100).optional().describe('product codes; the usual five'),
}

export const loadSchema = z.union([
  z.strictObject({
    requests: whole('requests of each arm', 1, 1_000_000),
    concurrency: whole('requests of a batch', 1, 10_000),
    every: duration('time between the starts of batches', 1),
    ...loadCommon,
  }),
  z.strictObject({
    rate: z.number().gt(0).max(100_000).describe('requests a second, evenly'),
    duration: duration('how long', 1, HOUR),
    ...loadCommon,
  }),
])

export const scenarioSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 small letters, digits or dashes'),
    title: z.string().min(1).max(80),
    about: z.string().min(1).max(600).describe('what it shows, and what to look at'),
    lasts: duration('how long it is played', 1, HOUR),
    slate: z
      .enum(['clean', 'current'])
      .default('current')
      .describe('what it begins with: the default settings, or those of the session; seed and sampler always stay'),
    base: patch.default({}).describe('a merge patch of that, from the beginning'),
    load: loadSchema.describe('the schedule that shows it best'),
    timeline: z.array(stepSchema).max(50).default([]),
    expect: z.array(z.string().min(1).max(120)).max(20).default([]).describe('such as "breaker.wasted<none.wasted"'),
  })
  .refine(it => it.timeline.every(step => ms(step.at) <= ms(it.lasts)), {
    path: ['timeline'],
    message: 'must not begin anything after the end',
  })
  .meta({ id: 'Scenario' })

export type Scenario = z.infer<typeof scenarioSchema>
export type Step = Scenario['timeline'][number]
export type Load = Scenario['load']

/** A period of the timeline in which things are worse, for charts and for the time of recovery. */
export interface TroubleSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly what: string
}

/** The periods of trouble of a scenario: outages, and what is set or ramped for a while. */
export function troubleOf({ timeline }: Scenario): TroubleSpan[] {
  return timeline.flatMap((step): TroubleSpan[] => {
    if (step.for === undefined) return []
    const fromMs = ms(step.at)
    return [{ fromMs, toMs: fromMs + ms(step.for), what: step.mark ?? (step.outage ? 'outage' : whatIsSet(step)) }]
  })
}

function whatIsSet({ set, ramp: steady }: Step): string {
  return [...Object.keys(set ?? {}), ...(steady ? [steady.member] : [])].join(', ')
}
