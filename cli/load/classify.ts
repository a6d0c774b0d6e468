/** Names what went wrong with a call, from the error of the HTTP client. */

import type { Failure } from '../policy/send.ts'

const BY_CODE: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  UND_ERR_SOCKET: 'reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_NODATA: 'dns',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'truncated',
  UND_ERR_HEADERS_OVERFLOW: 'parse',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
}

/**
 * The class of a failed call. `answering` says that the head of an answer had come: what breaks after it is a cut answer,
 * whether the other side left politely or not.
 */
export function classify(error: Error & { readonly code?: unknown }, answering: boolean): Failure {
  const code = typeof error.code === 'string' ? error.code : ''
  if (error.name === 'HTTPParserError') return answering && error.message.includes('EOF') ? 'truncated' : 'parse'
  const failure = BY_CODE[code] ?? 'other'
  return answering && failure === 'reset' ? 'truncated' : failure
}
