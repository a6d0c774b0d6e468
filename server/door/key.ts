/** The token, as a lock that tells nothing of it: digests have one length and are compared in constant time. */

import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header carries the token. */
export type Fits = (authorization: string | undefined) => boolean

/** The lock that `token` opens. */
export function lockOf(token: string): Fits {
  const expected = digestOf(token)
  return authorization => {
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    return timingSafeEqual(digestOf(given), expected)
  }
}

/** SHA-256. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
