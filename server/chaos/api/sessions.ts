/** Control of the sessions: make, look at, delete. */

import { z } from 'zod'
import { Problem, quote } from '../../http/problem.ts'
import type { ChaosControl } from '../control.ts'
import { displayName } from '../session/display-name.ts'
import { DEFAULT_SESSION, SESSION_ID } from '../session/registry.ts'
import type { Session } from '../session/session.ts'
import { readPatch, SettingsError } from '../settings/patch.ts'
import { duration, ms } from '../settings/quantity.ts'
import { type Operation, ok, operation } from './operation.ts'

const id = z.string().regex(SESSION_ID, 'must be 1 to 64 letters, digits, dots, dashes or underscores')

const newSession = z
  .strictObject({
    id: id.optional().describe('where it is not given one is made, and with a name one that cannot be guessed'),
    name: displayName.optional(),
    settings: z.record(z.string(), z.unknown()).optional().describe('a merge patch on what it inherits'),
    startsIn: duration('when its clock is 0', 0, 3_600_000).optional(),
    clockOf: id.optional().describe('the session whose clock it shares: both meet the same weather'),
  })
  .refine(it => it.startsIn === undefined || it.clockOf === undefined, {
    path: ['startsIn'],
    message: 'is that of the other session where clockOf is given: give one of the two',
  })

const created = z.object({
  id: z.string(),
  name: z.string().nullable().describe('what people read; null where it has none, or the host hid it'),
  instance: z.string().describe('tells it from every other session that has had its id, or will have'),
  clockMs: z.number(),
})
const mine = created.extend({
  key: z.string().optional().describe('what changes of the session must bear, where it was made without the token'),
})
const sessionSchema = created.extend({
  hidden: z.boolean().describe('the host lets nobody see its name'),
  arrivals: z.int(),
  inFlight: z.int(),
  held: z.int().describe('requests that are delayed or held'),
  capacity: z.object({ busy: z.int(), queued: z.int() }).nullable(),
  outage: z.string().nullable().describe('the outage that is on'),
  scenario: z.string().nullable().describe('the run that is being played'),
})

/** @param drawId a new id each time that cannot be guessed */
export function sessionOperations(drawId: () => string): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/sessions',
      summary: 'List the sessions',
      answers: { 200: { description: 'All sessions', schema: z.object({ sessions: z.array(sessionSchema) }) } },
      run({ control }) {
        control.sessions.forgetIdle(control.clock.now())
        return ok({ sessions: control.sessions.list().map(session => describe(control, session)) })
      },
    }),
    operation({
      method: 'post',
      path: '/sessions',
      summary: 'Make a session: settings, seed, clock, capacity and counts of its own',
      body: newSession,
      bodyOptional: true,
      answers: { 201: { description: 'Made', schema: mine } },
      run({ control, body, source, attendee }) {
        const { name = null } = body
        const id = body.id ?? (name === null ? freeName(control) : drawId())
        if (control.sessions.get(id)?.isUnclaimed === false)
          throw new Problem(409, `There is a session ${quote(id)} already: delete it first`)
        const clockOf = body.clockOf === undefined ? undefined : existing(control, body.clockOf)
        const { layers } = control.sessions.first
        const { values } = within('/settings', () => readPatch(body.settings ?? {}, layers.effective()))
        const session = control.create({
          id,
          name,
          startsInMs: ms(body.startsIn ?? '0ms'),
          clockOf,
          pinned: true,
          owner: attendee?.id ?? null,
          client: attendee?.client ?? null,
        })
        control.change(session, { values }, { source })
        return {
          status: 201,
          body: { id, name, instance: session.instance, clockMs: session.clock.now(), key: attendee?.key },
        }
      },
    }),
    operation({
      method: 'get',
      path: '/sessions/{id}',
      summary: 'Look at a session',
      answers: { 200: { description: 'The session', schema: sessionSchema } },
      run: ({ control, params }) => ok(describe(control, existing(control, params.id ?? ''))),
    }),
    operation({
      method: 'patch',
      path: '/sessions/{id}',
      summary:
        'Rename a session, as its attendee may too; take its name away, hide it or show it again, as the host may',
      body: z.strictObject({ name: displayName.nullable().optional(), hidden: z.boolean().optional() }),
      answers: { 200: { description: 'The session', schema: sessionSchema } },
      run({ control, params, body, attendee }) {
        const session = existing(control, params.id ?? '')
        if (session.id === DEFAULT_SESSION) throw new Problem(409, "The default session is everybody's and has no name")
        if (attendee && body.hidden !== undefined)
          throw new Problem(403, 'Only the host hides a name or shows it again: leave "hidden" out')
        control.rename(session, body)
        return ok(describe(control, session))
      },
    }),
    operation({
      method: 'delete',
      path: '/sessions/{id}',
      summary: 'Delete a session; its requests that are held are released',
      answers: { 204: { description: 'Deleted' } },
      run({ control, params }) {
        const session = existing(control, params.id ?? '')
        if (session.id === DEFAULT_SESSION) throw new Problem(409, 'The default session stays: use POST /chaos/reset')
        control.sessions.delete(session.id)
        return { status: 204 }
      },
    }),
  ]
}

function describe(control: ChaosControl, session: Session): z.output<typeof sessionSchema> {
  return {
    id: session.id,
    name: session.shownName,
    hidden: session.isNameHidden,
    instance: session.instance,
    clockMs: session.clock.now(),
    arrivals: session.arrivals,
    inFlight: session.inFlight,
    held: session.requestTimers.size,
    capacity: session.capacity?.load ?? null,
    outage: control.observeOutage(session, session.compiled(), control.clock.now())?.name ?? null,
    scenario: session.scenarioRun?.id ?? null,
  }
}

function existing(control: ChaosControl, name: string): Session {
  const session = control.sessions.get(name)
  if (!session) throw new Problem(404, `There is no session ${quote(name)}: GET /chaos/sessions lists them`)
  session.usedAt = control.clock.now()
  return session
}

function freeName(control: ChaosControl): string {
  let number = 1
  while (control.sessions.get(`lab-${number}`)) number += 1
  return `lab-${number}`
}

/** Says where in the whole body the flaws of a part are. */
function within<T>(place: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new SettingsError(error.errors.map(({ pointer, detail }) => ({ pointer: place + pointer, detail })))
  }
}
