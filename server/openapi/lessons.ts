/** The lessons in the contract. */

import { lessonSchema } from '../lessons/schema.ts'
import { jsonSchemaOf } from '../lib/json-document.ts'
import { jsonAnswer, PROBLEM } from './paths.ts'

/** Paths of the contract, by what a path is called there. */
export const LESSON_PATHS = {
  '/lessons': {
    get: {
      operationId: 'listLessons',
      tags: ['experiments'],
      summary: 'The lessons in every language; the experiment of a step is to be posted to /experiments',
      parameters: [],
      responses: {
        200: jsonAnswer('The lessons, in their order', {
          type: 'object',
          required: ['lessons'],
          properties: { lessons: { type: 'array', items: jsonSchemaOf(lessonSchema) } },
        }),
        default: PROBLEM,
      },
    },
  },
}
