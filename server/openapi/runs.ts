/** The kept runs in the contract: their paths, made from the schemas that check what is sent. */

import { jsonSchemaOf } from '../lib/json-document.ts'
import { diffQuerySchema, runDiffSchema } from '../runs/diff.ts'
import { expectationsQuerySchema, judgedSchema } from '../runs/expectations.ts'
import { listRunsSchema, showRunSchema } from '../runs/routes.ts'
import { MAX_RUN_BYTES, newRunSchema, runSummarySchema } from '../runs/run.ts'
import { jsonAnswer, PROBLEM, pathParameter, queryParameters } from './paths.ts'

/** Paths of the contract, by what a path is called there. */
export const RUN_PATHS = {
  '/runs': {
    get: {
      operationId: 'listRuns',
      tags: ['runs'],
      summary: 'Results that are kept here, the newest first',
      parameters: queryParameters(listRunsSchema),
      responses: {
        200: jsonAnswer('The runs in short, and how many there are', {
          type: 'object',
          required: ['runs', 'total'],
          properties: {
            runs: { type: 'array', items: jsonSchemaOf(runSummarySchema) },
            total: { type: 'integer', minimum: 0 },
          },
        }),
        default: PROBLEM,
      },
    },
    post: {
      operationId: 'keepRun',
      tags: ['runs'],
      summary: `Keep a result, of ${MAX_RUN_BYTES / 1024} KiB at most with its page; the oldest makes room`,
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchemaOf(newRunSchema) } } },
      responses: {
        201: jsonAnswer('Kept, and on the disk', {
          type: 'object',
          required: ['id'],
          properties: { id: { type: 'string' } },
        }),
        default: PROBLEM,
      },
    },
  },
  '/runs/diff': {
    get: {
      operationId: 'diffRuns',
      tags: ['runs'],
      summary: 'Two kept runs compared, as the command line does: arm by arm, and what is not the same in both',
      parameters: queryParameters(diffQuerySchema),
      responses: { 200: jsonAnswer('The comparison', jsonSchemaOf(runDiffSchema)), default: PROBLEM },
    },
  },
  '/runs/{id}/expectations': {
    get: {
      operationId: 'judgeRun',
      tags: ['runs'],
      summary: 'Which expectations a kept run meets',
      parameters: [pathParameter('id'), ...queryParameters(expectationsQuerySchema)],
      responses: { 200: jsonAnswer('The expectations, in their order', jsonSchemaOf(judgedSchema)), default: PROBLEM },
    },
  },
  '/runs/{id}': {
    get: {
      operationId: 'showRun',
      tags: ['runs'],
      summary: 'A result as it was posted, or its page',
      parameters: [pathParameter('id'), ...queryParameters(showRunSchema)],
      responses: {
        200: {
          description: 'The result',
          content: {
            'application/json': { schema: jsonSchemaOf(newRunSchema.shape.result) },
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
      parameters: [pathParameter('id')],
      responses: { 204: { description: 'Forgotten' }, default: PROBLEM },
    },
  },
}
