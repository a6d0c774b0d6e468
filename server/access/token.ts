/** Secrets, as digests that tell nothing of them: they have one length and are compared in constant time. */

import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header carries the token. */
export type TokenCheck = (authorization: string | undefined) => boolean

export function tokenCheck(token: string): TokenCheck {
  const expected = digestOf(token)
  return authorization => timingSafeEqual(digestOf(bearerToken(authorization)), expected)
}

/** The token in an `Authorization` header, or an empty text. */
export function bearerToken(authorization: string | undefined): string {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
}

/** What a secret is kept and looked up by: how long that takes tells nothing of the secret. */
export function digestName(secret: string): string {
  return digestOf(secret).toString('base64')
}

/** SHA-256. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
