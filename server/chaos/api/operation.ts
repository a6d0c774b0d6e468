/** An operation of the control plane: what it takes, what it answers and what it does, apart from any web framework. */

import { z } from 'zod'
import type { ChaosControl } from '../control.ts'
import type { Session } from '../session/session.ts'
import type { Source } from '../settings/layers.ts'

export type Method = 'get' | 'put' | 'patch' | 'post' | 'delete'

/** Somebody who is not the host: what he makes is his, and his key opens it. */
export interface Attendee {
  /** Tells him from others, and tells nothing of the key. */
  readonly id: string
  readonly key: string
  /** His address. */
  readonly client: string
}

/** One call of an operation, with everything checked against its schemas. */
export interface Call<Q = unknown, B = unknown> {
  readonly control: ChaosControl
  /** The session of `?session=`, the default one where nothing is said. */
  readonly session: Session
  /** What stands in the braces of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Q
  readonly body: B
  /** Who calls (`X-Chaos-Origin`). */
  readonly source: Source
  /** Who calls, where it is not the host. */
  readonly attendee: Attendee | null
  /** The `If-Match` header. */
  readonly ifMatch: string | undefined
}

export interface Reply {
  readonly status: number
  /** JSON, or undefined for an answer without a body. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Operation {
  readonly method: Method
  /** Below `/chaos`, parameters in braces: `/sessions/{id}`. */
  readonly path: string
  readonly summary: string
  readonly query: z.ZodObject
  /** What the body must be; null where none is read. */
  readonly body: z.ZodType | null
  /** What the contract says of the body, where that is more than `body` checks. */
  readonly contract: z.ZodType | null
  /** A missing body counts as an empty object. */
  readonly bodyOptional: boolean
  /** Success answers by status; problems are the same everywhere. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>
  run(call: Call): Reply
}

interface Spec<Q extends z.ZodObject, B extends z.ZodType> {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly query?: Q
  readonly body?: B
  readonly contract?: z.ZodType
  readonly bodyOptional?: boolean
  readonly answers: Operation['answers']
  run(call: Call<z.output<Q>, z.output<B>>): Reply
}

const nothing = z.strictObject({})

/** Describes an operation; the types of query and body follow from their schemas. */
export function operation<Q extends z.ZodObject = typeof nothing, B extends z.ZodType = z.ZodUndefined>(
  spec: Spec<Q, B>,
): Operation {
  return {
    method: spec.method,
    path: spec.path,
    summary: spec.summary,
    query: spec.query ?? nothing,
    body: spec.body ?? null,
    contract: spec.contract ?? spec.body ?? null,
    bodyOptional: spec.bodyOptional ?? false,
    answers: spec.answers,
    run: call => spec.run(call as Call<z.output<Q>, z.output<B>>),
  }
}

/** The plain answer 200. */
export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, body, headers }
}
