/** Names what went wrong with a call: from the error of the HTTP client, or from a body that is not what it promises. */

import type { Failure } from '../policy/send.ts'

const BY_CODE: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_NODATA: 'dns',
}

/**
 * The class of a failed connection; null for one that the other side ended. `answering` says that the head of an answer had
 * come: what breaks after it is a cut answer, whether the other side left politely or not.
 */
export function classify(error: (Error & { readonly code?: unknown }) | null, answering: boolean): Failure {
  const failure = error === null ? 'reset' : (BY_CODE[String(error.code)] ?? 'other')
  return answering && failure === 'reset' ? 'truncated' : failure
}

/** What the head of an answer says about its body. */
export interface AnswerHead {
  readonly status: number
  /** Empty where it does not say. */
  readonly contentType: string
  /** It is compressed. */
  readonly encoded: boolean
}

/** `application/json` and `…+json`; sequences of documents, such as `application/json-seq`, are something else. */
const JSON_TYPE = /[/+]json\s*(;|$)/i
/** Anything but UTF-8, of which ASCII is a part. */
const OTHER_CHARSET = /;\s*charset\s*=\s*(?!\s*"?(?:utf-?8|us-ascii)\b)/i
const NO_BODY: readonly number[] = [204, 205, 304]

/**
 * Whether a body is what its head promises, as far as that can be said without decoding it.
 * @param target where an answer that is no JSON is broken, if it says so; else only what calls itself JSON is looked into
 */
export function isSoundBody(
  { status, contentType, encoded }: AnswerHead,
  body: Buffer,
  target: { readonly expectsJson: boolean; readonly method: string },
): boolean {
  const { expectsJson, method } = target
  if (NO_BODY.includes(status)) return true
  if (!JSON_TYPE.test(contentType)) return !expectsJson
  if (method === 'HEAD' || encoded || OTHER_CHARSET.test(contentType)) return true
  if (body.length === 0) return !expectsJson
  try {
    JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''))
    return true
  } catch {
    return false
  }
}
