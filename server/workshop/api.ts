/** The operations on polls: the host asks, closes and removes; whoever has a session votes in it. */

import { z } from 'zod'
import { type Operation, ok, operation } from '../chaos/api/operation.ts'
import { type Api, apiOf } from '../chaos/api/routes.ts'
import type { ChaosControl } from '../chaos/control.ts'
import type { Session } from '../chaos/session/session.ts'
import { MAX_POLL_CHOICES, MAX_POLL_TEXT } from '../config/limits.ts'
import type { Polls } from './polls.ts'

const text = z
  .string()
  .trim()
  .min(1)
  .max(MAX_POLL_TEXT)
  .regex(/^\P{C}*$/u, 'must have no control characters')
const choice = z
  .int()
  .min(0)
  .max(MAX_POLL_CHOICES - 1)

const newPoll = z.strictObject({ asks: text, choices: z.array(text).min(2).max(MAX_POLL_CHOICES) })

const pollSchema = z
  .object({
    id: z.string(),
    asks: z.string(),
    choices: z.array(z.string()),
    open: z.boolean().describe('votes are taken'),
    counts: z.array(z.int()).describe('votes for each choice'),
    answer: z.int().nullable().describe('the choice that came true, from 0; null where nobody has said so'),
    askedAt: z.string(),
  })
  .meta({ id: 'Poll' })
const whole = { description: 'The poll', schema: pollSchema }

/** The polls over HTTP. */
export function pollApi(control: ChaosControl, polls: Polls): Api {
  return apiOf(control, pollOperations(polls))
}

function pollOperations(polls: Polls): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/polls',
      summary: 'Ask the attendees; a poll that is open is closed',
      body: newPoll,
      answers: { 201: whole },
      run({ body: { asks, choices } }) {
        const poll = polls.ask(asks, choices)
        return { status: 201, body: poll, headers: { Location: `/polls/${poll.id}` } }
      },
    }),
    operation({
      method: 'get',
      path: '/polls',
      summary: 'List the polls, the newest first',
      answers: { 200: { description: 'The polls', schema: z.object({ polls: z.array(pollSchema) }) } },
      run: () => ok({ polls: polls.list() }),
    }),
    operation({
      method: 'get',
      path: '/polls/{id}',
      summary: 'Look at a poll',
      answers: { 200: whole },
      run: ({ params: { id = '' } }) => ok(polls.get(id)),
    }),
    operation({
      method: 'patch',
      path: '/polls/{id}',
      summary: 'Close a poll, open it again, or say which choice came true, which closes it',
      body: z.strictObject({ open: z.boolean().optional(), answer: choice.nullable().optional() }),
      answers: { 200: whole },
      run: ({ params: { id = '' }, body }) => ok(polls.change(id, body)),
    }),
    operation({
      method: 'delete',
      path: '/polls/{id}',
      summary: 'Forget a poll and its votes',
      answers: { 204: { description: 'Forgotten' } },
      run({ params: { id = '' } }) {
        polls.remove(id)
        return { status: 204 }
      },
    }),
    operation({
      method: 'put',
      path: '/polls/{id}/vote',
      summary: 'Vote in the name of the session; an attendee has one vote, which is changed by voting again',
      body: z.strictObject({ choice: choice.describe('from 0') }),
      answers: { 200: whole },
      run: ({ params: { id = '' }, session, body }) => ok(polls.vote(id, voterOf(session), body.choice)),
    }),
  ]
}

/** An attendee votes once, however many sessions he has; a session that has none votes for itself. */
function voterOf({ id, owner }: Session): string {
  return owner === null ? `session ${id}` : `attendee ${owner}`
}
