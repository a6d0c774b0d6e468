/** Which texts can be sent as `Authorization: Bearer …`: what a server is given as its token must be one that clients can send. */

/** Characters of a token at the most. */
export const MAX_TOKEN_LENGTH = 256

/** The flaw of a text that cannot be sent as a token, and what to write; null for one that can. */
export function tokenFlaw(text: string): string | null {
  if (text.length > MAX_TOKEN_LENGTH) return `has more than ${MAX_TOKEN_LENGTH} characters`
  if (/^[!-~]*$/.test(text)) return null
  const what = /\s/.test(text) ? 'spaces' : 'characters beyond ASCII'
  return `has ${what}, which no client can send: write letters, digits and signs such as - . _ ~ + / =`
}
