/** Secrets, as digests that tell nothing of them: they have one length and are compared in constant time. */

import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header carries the token. */
export type Fits = (authorization: string | undefined) => boolean

/** The lock that `token` opens. */
export function lockOf(token: string): Fits {
  const expected = digestOf(token)
  return authorization => timingSafeEqual(digestOf(bearerOf(authorization)), expected)
}

/** What an `Authorization` header bears, or an empty text. */
export function bearerOf(authorization: string | undefined): string {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
}

/** What a secret is kept and looked up by: how long that takes tells nothing of the secret. */
export function nameOf(secret: string): string {
  return digestOf(secret).toString('base64')
}

/** SHA-256. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
