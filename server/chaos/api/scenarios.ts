/** Control of the scenarios: which there are, play one, stop it. */

import { z } from 'zod'
import { Problem, quote } from '../../http/problem.ts'
import type { ScenarioRun } from '../scenario/run.ts'
import type { ScenarioRunner } from '../scenario/runner.ts'
import { type Scenario, scenarioSchema, troubleOf } from '../scenario/schema.ts'
import { SettingsError } from '../settings/patch.ts'
import { ms } from '../settings/quantity.ts'
import { type Operation, ok, operation } from './operation.ts'

const summarySchema = z.object({
  name: z.string(),
  title: z.string(),
  about: z.string(),
  lastsMs: z.number(),
  load: scenarioSchema.shape.load,
})
const span = z.object({ fromMs: z.number(), toMs: z.number(), what: z.string() })
const wholeSchema = z.object({
  scenario: scenarioSchema,
  lastsMs: z.number(),
  trouble: z.array(span).describe('when things are worse, for charts and the time of recovery'),
})
const runSchema = z.object({
  id: z.string(),
  scenario: z.string(),
  session: z.string(),
  atMs: z.number().describe('the moment of the timeline, negative before its beginning'),
  beginsAt: z.number().describe("the session's clock when the timeline begins"),
  lastsMs: z.number(),
  trouble: z.array(span),
})

/** The operations on scenarios and their runs. */
export function scenarioOperations(runner: ScenarioRunner): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/scenarios',
      summary: 'List the scenarios',
      answers: {
        200: { description: 'The scenarios', schema: z.object({ scenarios: z.array(summarySchema) }) },
      },
      run: () => ok({ scenarios: runner.scenarios().map(summary) }),
    }),
    operation({
      method: 'get',
      path: '/scenarios/{name}',
      summary: 'Read a scenario whole',
      answers: { 200: { description: 'The scenario', schema: wholeSchema } },
      run({ params }) {
        const scenario = named(runner, params.name ?? '')
        return ok({ scenario, lastsMs: ms(scenario.lasts), trouble: troubleOf(scenario) })
      },
    }),
    operation({
      method: 'post',
      path: '/scenarios/{name}/runs',
      summary: 'Play a scenario in the session, from its 0 or from now, in place of the one that is being played',
      body: z.strictObject({
        scenario: scenarioSchema.optional().describe('one of your own; its name must be that of the path'),
      }),
      bodyOptional: true,
      answers: { 201: { description: 'It is being played', schema: runSchema } },
      run({ session, params, body }) {
        const name = params.name ?? ''
        const scenario = body.scenario ?? named(runner, name)
        if (scenario.name !== name) {
          throw new SettingsError([{ pointer: '/scenario/name', detail: `must be "${name}", as in the path` }])
        }
        const run = runner.start(scenario, session)
        if (!run) throw new Problem(409, 'There are too many declared outages: DELETE /chaos/outages forgets them')
        return { status: 201, body: describe(run), headers: { Location: `/chaos/runs/${run.id}` } }
      },
    }),
    operation({
      method: 'get',
      path: '/runs',
      summary: 'What is being played now, in all sessions',
      answers: { 200: { description: 'The runs', schema: z.object({ runs: z.array(runSchema) }) } },
      run: () => ok({ runs: runner.runs().map(describe) }),
    }),
    operation({
      method: 'delete',
      path: '/runs/{id}',
      summary: 'Stop a run; everything that it set is taken back',
      answers: { 204: { description: 'Stopped' } },
      run({ params }) {
        const run = runner.run(params.id ?? '')
        if (!run) throw new Problem(404, `There is no run ${quote(params.id ?? '')}: GET /chaos/runs lists them`)
        run.stop('stopped')
        return { status: 204 }
      },
    }),
  ]
}

function named(runner: ScenarioRunner, name: string): Scenario {
  const scenario = runner.scenario(name)
  if (!scenario) throw new Problem(404, `There is no scenario ${quote(name)}: GET /chaos/scenarios lists them`)
  return scenario
}

function summary(scenario: Scenario): z.output<typeof summarySchema> {
  const { name, title, about, lasts, load } = scenario
  return { name, title, about, lastsMs: ms(lasts), load }
}

function describe({ id, name, session, atMs, beginsAt, timeline }: ScenarioRun): z.output<typeof runSchema> {
  const { endsAt: lastsMs, trouble } = timeline
  return { id, scenario: name, session: session.id, atMs, beginsAt, lastsMs, trouble: [...trouble] }
}
