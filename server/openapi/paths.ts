/** The part of the contract that no schema of the control plane knows: products and the state of the process. */

import type { z } from 'zod'
import { productSchema } from '../catalog/product.ts'
import { listQuerySchema } from '../catalog/routes.ts'
import { PROBLEM_TYPE } from '../http/problem.ts'
import { jsonSchemaOf } from '../lib/json-document.ts'

export type PathItem = Readonly<Record<string, unknown>>

/** RFC 9457. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body' },
          parameter: { type: 'string', description: 'name of the query parameter' },
          detail: { type: 'string' },
          code: { type: 'string', description: 'says it to a program, where a page words it in its own language' },
        },
      },
    },
  },
}

/** The answer of every operation that went wrong. */
export const PROBLEM = { $ref: '#/components/responses/Problem' }

export function jsonAnswer(description: string, schema: object) {
  return { description, content: { 'application/json': { schema } } }
}

export function pathParameter(name: string) {
  return { name, in: 'path', required: true, schema: { type: 'string' } }
}

/** The members of a query, none of which must be given. */
export function queryParameters(query: z.ZodObject) {
  return Object.entries(query.shape).map(([name, member]) => {
    const { description, ...schema } = jsonSchemaOf(member as z.ZodType)
    return { name, in: 'query', required: false, description, schema }
  })
}

const PRODUCT = jsonSchemaOf(productSchema)

const fault = {
  'X-Chaos-Fault': {
    description: 'What was done to the request; only on an injected fault or a refusal',
    schema: { type: 'string', examples: ['status; rate=70; draw=0.12', 'overload'] },
  },
}
const header = (name: string, description: string, schema: object) => ({ name, in: 'header', description, schema })

/** Headers by which a client says who it is, and which fate it wants to meet. */
const CHAOS_HEADERS = [
  header('X-Chaos-Session', 'the session that the request belongs to', {
    type: 'string',
    pattern: '^[A-Za-z0-9._-]{1,64}$',
  }),
  header('X-Chaos-Key', 'which draw it meets: same seed and key, same fate', { type: 'string', maxLength: 128 }),
  header('X-Chaos-Attempt', '0 for the first try, then 1, 2 …', { type: 'integer', minimum: 0 }),
  header('X-Chaos-Force', 'from this machine only: none, a kind of fault, a status, or delay=200ms', {
    type: 'string',
  }),
]

function read(tag: string, operationId: string, summary: string, schema: object, more: object = {}) {
  const responses = { 200: jsonAnswer(summary, schema), default: PROBLEM }
  return { operationId, tags: [tag], summary, ...more, responses }
}

function text(operationId: string, summary: string, type: string) {
  const ok = { description: summary, content: { [type]: { schema: { type: 'string' } } } }
  return { operationId, tags: ['server'], summary, responses: { 200: ok, default: PROBLEM } }
}

const listed = {
  parameters: [...queryParameters(listQuerySchema).map(({ required, ...parameter }) => parameter), ...CHAOS_HEADERS],
}

/** Paths of the data plane and of the process. */
export const DATA_PATHS: Readonly<Record<string, PathItem>> = {
  '/catalogs': {
    get: read(
      'data',
      'listProducts',
      'Products in the order of their codes',
      { type: 'array', items: PRODUCT },
      listed,
    ),
  },
  '/catalogs/{code}': {
    get: {
      operationId: 'showProduct',
      tags: ['data'],
      summary: 'One product',
      parameters: [pathParameter('code'), ...CHAOS_HEADERS],
      responses: {
        200: jsonAnswer('The product', PRODUCT),
        404: PROBLEM,
        500: { ...problemResponse('An injected fault, by default'), headers: fault },
        503: { ...problemResponse('An outage, or the virtual queue is full'), headers: fault },
        default: PROBLEM,
      },
    },
  },
  '/': { get: read('server', 'index', 'What there is', { type: 'object' }) },
  '/metrics': {
    get: text('metrics', 'Counts for Prometheus, in its text format', 'text/plain'),
  },
  '/chaos/events': {
    get: text(
      'events',
      'What happens as it happens: hello, then sample, settings, outage, scenario, run',
      'text/event-stream',
    ),
  },
  '/chaos/tickets': {
    post: {
      operationId: 'giveTicket',
      tags: ['server'],
      summary: 'A ticket for one connection to the events, for clients that cannot send the token in a header',
      responses: {
        default: PROBLEM,
        201: jsonAnswer('The ticket', {
          type: 'object',
          properties: { ticket: { type: 'string' }, expiresInMs: { type: 'integer' } },
        }),
      },
    },
  },
  '/chaos/live': {
    post: {
      operationId: 'publishLive',
      tags: ['server'],
      summary: 'Show the progress of a run on the pages that watch',
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: { 204: { description: 'Shown' }, default: PROBLEM },
    },
  },
  '/health': { get: read('server', 'health', 'The process lives', { type: 'object' }) },
  '/ready': { get: read('server', 'ready', 'It takes requests; 503 while it shuts down', { type: 'object' }) },
  '/openapi.json': { get: read('server', 'contract', 'This document', { type: 'object' }) },
}

function problemResponse(description: string) {
  return { description, content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } }
}
