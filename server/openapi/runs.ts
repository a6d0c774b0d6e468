/** The kept runs in the contract: their paths, made from the schemas that check what is sent. */

import { z } from 'zod'
import { listRunsSchema, showRunSchema } from '../runs/routes.ts'
import { newRunSchema, RUN_LIMIT, runSummarySchema } from '../runs/run.ts'

const PROBLEM = { $ref: '#/components/responses/Problem' }
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

/** Paths of the contract, by what a path is called there. */
export const RUN_PATHS = {
  '/runs': {
    get: {
      operationId: 'listRuns',
      tags: ['runs'],
      summary: 'Results that are kept here, the newest first',
      parameters: parameters(listRunsSchema),
      responses: {
        200: json('The runs in short, and how many there are', {
          type: 'object',
          required: ['runs', 'total'],
          properties: {
            runs: { type: 'array', items: schemaOf(runSummarySchema) },
            total: { type: 'integer', minimum: 0 },
          },
        }),
        default: PROBLEM,
      },
    },
    post: {
      operationId: 'keepRun',
      tags: ['runs'],
      summary: `Keep a result, of ${RUN_LIMIT / 1024} KiB at most with its page; the oldest makes room`,
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(newRunSchema) } } },
      responses: {
        201: json('Kept, and on the disk', {
          type: 'object',
          required: ['id'],
          properties: { id: { type: 'string' } },
        }),
        default: PROBLEM,
      },
    },
  },
  '/runs/{id}': {
    get: {
      operationId: 'showRun',
      tags: ['runs'],
      summary: 'A result as it was posted, or its page',
      parameters: [ID, ...parameters(showRunSchema)],
      responses: {
        200: {
          description: 'The result',
          content: {
            'application/json': { schema: schemaOf(newRunSchema.shape.result) },
            'text/html': { schema: { type: 'string' } },
          },
        },
        default: PROBLEM,
      },
    },
    delete: {
      operationId: 'removeRun',
      tags: ['runs'],
      summary: 'Forget a run',
      parameters: [ID],
      responses: { 204: { description: 'Forgotten' }, default: PROBLEM },
    },
  },
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

function parameters(query: z.ZodObject): object[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema as z.ZodType)
    return { name, in: 'query', required: false, description, schema: rest }
  })
}

function json(description: string, schema: object) {
  return { description, content: { 'application/json': { schema } } }
}
