/** The contract as an OpenAPI 3.1 document, made from the same schemas that check the requests. */

import type { z } from 'zod'
import { isControlPath } from '../access/rules.ts'
import type { Operation } from '../chaos/api/operation.ts'
import { PROBLEM_TYPE } from '../http/problem.ts'
import { jsonSchemaOf } from '../lib/json-document.ts'
import { EXPERIMENT_PATHS } from './experiments.ts'
import { LESSON_PATHS } from './lessons.ts'
import {
  DATA_PATHS,
  jsonAnswer,
  type PathItem,
  PROBLEM,
  PROBLEM_SCHEMA,
  pathParameter,
  queryParameters,
} from './paths.ts'
import { RUN_PATHS } from './runs.ts'

export interface ContractParts {
  readonly version: string
  /** The operations of the control plane, mounted at `/chaos`. */
  readonly operations: readonly Operation[]
  /** Those on challenges and polls, mounted at `/`. */
  readonly atRoot: readonly Operation[]
}

type Json = Record<string, unknown>

/** The document; ready to be sent as JSON. */
export function openApi({ version, operations, atRoot }: ContractParts): Json {
  const schemas = new Schemas()
  const control: Record<string, PathItem> = {}
  for (const operation of operations) {
    const path = operation.path === '/' ? '/chaos' : `/chaos${operation.path}`
    control[path] = { ...control[path], [operation.method]: controlOperation(operation, path, schemas) }
  }
  for (const operation of atRoot) {
    const { path, method } = operation
    control[path] = { ...control[path], [method]: controlOperation(operation, path, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Flaky Catalog',
      version,
      description: 'A product catalog that fails on purpose, and the control plane that says how.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'data', description: 'Products. Faults are injected here.' },
      { name: 'control', description: 'The failure model. Never faulted.' },
      { name: 'runs', description: 'Results that were kept. Never faulted.' },
      { name: 'experiments', description: 'Experiments at this very server, live or simulated. Never faulted.' },
      { name: 'server', description: 'The process. Never faulted.' },
    ],
    paths: guarded({ ...DATA_PATHS, ...control, ...RUN_PATHS, ...EXPERIMENT_PATHS, ...LESSON_PATHS }),
    components: {
      schemas: { Problem: PROBLEM_SCHEMA, ...schemas.named },
      responses: {
        Problem: {
          description: 'What is wrong, and what to do about it',
          content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'CHAOS_TOKEN, where the server has one: for changes, and for reading too where other machines reach it. With --open-sessions reading is free, and the key of a session opens that session.',
        },
      },
    },
  }
}

/** Says of every operation of the control plane that it may want the token. */
function guarded(paths: Readonly<Record<string, PathItem>>): Record<string, PathItem> {
  const guard = (item: PathItem) =>
    Object.fromEntries(
      Object.entries(item).map(([method, operation]) => [
        method,
        { ...(operation as object), security: [{}, { token: [] }] },
      ]),
    )
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [path, isControlPath(path) ? guard(item) : item]),
  )
}

function controlOperation(operation: Operation, path: string, schemas: Schemas): Json {
  const { method, summary, query, contract, bodyOptional, answers } = operation
  const changes = method !== 'get'
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name))
  const content = contract && { [mediaType(operation)]: { schema: schemas.use(contract, 'input') } }
  return {
    operationId: `${method}${path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: ['control'],
    summary,
    parameters: [...inPath, SESSION, ...queryParameters(query), ...(changes ? [ORIGIN] : [])],
    ...(content ? { requestBody: { required: !bodyOptional, content } } : {}),
    responses: { ...successes(answers, schemas), default: PROBLEM },
  }
}

const SESSION = {
  name: 'session',
  in: 'query',
  description: 'The session that is meant; the default one where it is not given',
  schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$', default: 'default' },
}
const ORIGIN = {
  name: 'X-Chaos-Origin',
  in: 'header',
  description: 'Who makes the change, for provenance',
  schema: { type: 'string', enum: ['api', 'cli', 'web'], default: 'api' },
}

function mediaType({ method }: Operation): string {
  return method === 'patch' ? 'application/merge-patch+json' : 'application/json'
}

function successes(answers: Operation['answers'], schemas: Schemas): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      schema ? jsonAnswer(description, schemas.use(schema, 'output')) : { description },
    ]),
  )
}

/** Collects the schemas that have a name, so that each stands in the document once. */
class Schemas {
  readonly named: Json = {}

  /** What a schema takes (`input`, where members with defaults may be missing) or what it gives. */
  use(schema: z.ZodType, io: 'input' | 'output'): Json {
    const suffix = io === 'input' ? 'Input' : ''
    const text = JSON.stringify(jsonSchemaOf(schema, io))
    const placed = text.replaceAll(
      /"#\/\$defs\/(\w+)"/g,
      (_, name: string) => `"#/components/schemas/${name}${suffix}"`,
    )
    const { $defs, ...rest } = JSON.parse(placed) as Json & { $defs?: Json }
    for (const [name, definition] of Object.entries($defs ?? {})) this.named[`${name}${suffix}`] = definition
    return rest
  }
}
