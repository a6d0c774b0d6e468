/** Control of the journal: what happened to recent requests and why, and what will happen to the next. */

import { z } from 'zod'
import { Problem, quote } from '../../http/problem.ts'
import { decide } from '../decision/decide.ts'
import { type Decision, explain, REASONS, reasonOf } from '../decision/decision.ts'
import { OUTCOMES, type RequestRecord, recordOf } from '../decision/request-record.ts'
import { type Call, ok, operation } from './operation.ts'

const numberFrom0to = (max: number, text: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from 0 to ${max}`)
    .transform(Number)
    .refine(value => value <= max, `must be ${max} or less`)
    .describe(`${text} (0 to ${max})`)

const fateSchema = z.object({
  key: z.string(),
  attempt: z.int(),
  fate: z.string().describe('the kind of fault, or served'),
  rule: z.string(),
  rate: z.number().describe('percent'),
  draw: z.number().nullable().describe('from 0 to 1; null where none was made'),
  delayMs: z.number(),
  why: z.string(),
  reason: z
    .enum([...REASONS, 'held', 'overload'])
    .describe('the same in a word; held: too many requests were, so it was served; overload: the queue was full'),
  tokens: z
    .object({ left: z.int(), limit: z.int(), waitMs: z.number().describe('until there is one') })
    .nullable()
    .describe('of the token bucket, where one was asked'),
})
const entrySchema = fateSchema.extend({
  atMs: z.number().describe("the session's clock"),
  method: z.string(),
  route: z.string(),
  code: z.string(),
  outcome: z.string().nullable().describe('null while the request is in flight'),
  fault: z.string().nullable().describe('what was really done'),
  status: z.int().describe('0 where none was sent'),
  durationMs: z.number(),
})
const entries = {
  200: { description: 'Requests, the newest first', schema: z.object({ requests: z.array(entrySchema) }) },
}

export const journalOperations = [
  operation({
    method: 'get',
    path: '/requests',
    summary: 'The journal: recent requests and why each was faulted or not',
    query: z.strictObject({
      limit: numberFrom0to(1_000, 'how many').optional(),
      outcome: z.enum(OUTCOMES as readonly [string, ...string[]]).optional(),
    }),
    answers: entries,
    run({ session, query: { limit = 100, outcome } }) {
      const wanted = OUTCOMES.find(name => name === outcome)
      return ok({ requests: session.log.records({ limit, ...(wanted ? { outcome: wanted } : {}) }).map(entry) })
    },
  }),
  operation({
    method: 'get',
    path: '/requests/{key}',
    summary: 'Every attempt of one key, or of one arrival number',
    answers: entries,
    run({ session, params: { key = '' } }) {
      const requests = session.log.records({ limit: 1_000, key }).map(entry)
      if (requests.length === 0) {
        throw new Problem(404, `The journal holds no request with the key ${quote(key)}: it keeps the newest only`)
      }
      return ok({ requests })
    },
  }),
  operation({
    method: 'get',
    path: '/preview',
    summary: 'The fates of the next n keys, without consequences',
    query: z.strictObject({
      n: numberFrom0to(1_000, 'how many').optional(),
      prefix: z.string().max(100).optional().describe('what the keys begin with; arrival numbers where not given'),
      from: numberFrom0to(999_999_999, 'the first number').optional(),
      attempt: numberFrom0to(1_000_000, '0 for the first try').optional(),
      code: z.string().max(128).optional().describe('the product code, for rules that look at it'),
    }),
    answers: { 200: { description: 'The fates', schema: z.object({ fates: z.array(fateSchema) }) } },
    run: preview,
  }),
]

interface PreviewQuery {
  readonly n?: number | undefined
  readonly prefix?: string | undefined
  readonly from?: number | undefined
  readonly attempt?: number | undefined
  readonly code?: string | undefined
}

function preview({ control, session, query }: Call<PreviewQuery>) {
  const { n = 20, prefix, from = prefix === undefined ? session.arrivals : 0, attempt = 0, code = '' } = query
  const compiled = session.rehearsal()
  const now = control.clock.now()
  const outage = session.outageAt(compiled, now)
  const route = code === '' ? '/catalogs' : '/catalogs/{code}'
  const fates = Array.from({ length: n }, (_, index) => {
    const key = prefix === undefined ? null : `${prefix}${from + index}`
    const facts = { key, attempt, method: 'GET', route, code }
    const record = recordOf(session.id, facts, from + index, now, session.clock.at(now))
    return lines(record, decide(compiled, outage, record, NOTHING_SENT, now))
  })
  return ok({ fates })
}

const NOTHING_SENT = { header: () => undefined, client: '' }

function entry(record: RequestRecord): z.output<typeof entrySchema> {
  return {
    ...lines(record, record.decision),
    atMs: record.atMs,
    method: record.method,
    route: record.route,
    code: record.code,
    outcome: record.outcome,
    fault: record.fault || null,
    status: record.status,
    durationMs: record.endedAt - record.startedAt,
    ...(record.overflow
      ? {
          why: `${explain(record.decision)}, but too many requests were held, so it was served`,
          reason: 'held' as const,
        }
      : {}),
    ...(record.outcome === 'overload'
      ? { why: 'refused: the virtual queue was full, or the wait too long', reason: 'overload' as const }
      : {}),
  }
}

function lines(record: RequestRecord, decision: Decision): z.output<typeof fateSchema> {
  const { bucket } = decision
  return {
    key: record.key ?? String(record.arrival),
    attempt: record.attempt,
    fate: decision.fault?.kind ?? 'served',
    rule: decision.rule,
    rate: decision.rate,
    draw: decision.draw < 0 ? null : decision.draw,
    delayMs: decision.delayMs,
    why: explain(decision),
    reason: reasonOf(decision),
    tokens: bucket && { left: bucket.remaining, limit: bucket.limit, waitMs: bucket.waitMs },
  }
}
