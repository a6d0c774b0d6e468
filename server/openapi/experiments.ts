/** The experiments in the contract: their paths, made from the schemas that check what is sent. */

import { z } from 'zod'
import { experimentBodySchema } from '../experiments/body.ts'
import { jsonSchemaOf } from '../lib/json-document.ts'
import { jsonAnswer, PROBLEM, pathParameter } from './paths.ts'

const text = z.string()

const experiment = jsonSchemaOf(
  z.object({
    id: text.describe('also the id of the run in `run` events'),
    state: z.enum(['running', 'done', 'interrupted', 'failed']),
    title: text.nullable(),
    arms: z.array(text),
    session: text.describe('whose settings it begins with; a single arm without conditions plays in it'),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    progress: z.number().min(0).max(1).describe('the share that is done'),
    run: text.nullable().describe('the id of the kept result, at GET /runs/{id}'),
    problem: text.nullable().describe('why it did not come to its end, where nobody stopped it'),
  }),
)

const preset = jsonSchemaOf(
  z.object({
    id: text,
    title: text,
    about: text,
    spec: z.unknown().describe('to be posted, with a title of your own'),
  }),
)

/** Paths of the contract, by what a path is called there. */
export const EXPERIMENT_PATHS = {
  '/experiments': {
    get: {
      operationId: 'listExperiments',
      tags: ['experiments'],
      summary: 'The experiments that this server ran lately, the newest first',
      parameters: [],
      responses: {
        200: jsonAnswer('The experiments', {
          type: 'object',
          required: ['experiments'],
          properties: { experiments: { type: 'array', items: experiment } },
        }),
        default: PROBLEM,
      },
    },
    post: {
      operationId: 'startExperiment',
      tags: ['experiments'],
      summary: 'Run an experiment at this server, one at a time; or say at once what it would come to',
      description: 'On a locked server without the token only with `simulate`, wherever the control plane may be read.',
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchemaOf(experimentBodySchema) } } },
      responses: {
        200: jsonAnswer('Simulated: a result, as GET /runs/{id} answers it', { type: 'object' }),
        201: jsonAnswer('It has begun', experiment),
        default: PROBLEM,
      },
    },
  },
  '/experiments/presets': {
    get: {
      operationId: 'listPresets',
      tags: ['experiments'],
      summary: 'Experiments that are ready to be posted',
      parameters: [],
      responses: {
        200: jsonAnswer('The presets', {
          type: 'object',
          required: ['presets'],
          properties: { presets: { type: 'array', items: preset } },
        }),
        default: PROBLEM,
      },
    },
  },
  '/experiments/{id}': {
    get: {
      operationId: 'showExperiment',
      tags: ['experiments'],
      summary: 'An experiment: whether it runs, how far it is, and where its result is kept',
      parameters: [pathParameter('id')],
      responses: { 200: jsonAnswer('The experiment', experiment), default: PROBLEM },
    },
    delete: {
      operationId: 'stopExperiment',
      tags: ['experiments'],
      summary: 'Stop an experiment; what was measured is kept as interrupted',
      parameters: [pathParameter('id')],
      responses: { 204: { description: 'It is over' }, default: PROBLEM },
    },
  },
}
