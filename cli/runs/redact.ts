/** Takes out of a result what was a secret between its author and the server that was fired at: kept runs are shared. */

import type { Result } from '../report/result.ts'

/** Headers whose values are no secret; `x-chaos-…` names a session of a flaky catalog and the requests in it. */
const KNOWN = /^(accept|accept-language|content-type|user-agent|x-chaos-.*)$/i
const HIDDEN = 'hidden'

/** An address within a text, up to white space, a quotation mark or the bracket that ends a parameter. */
const ADDRESS = /\bhttps?:\/\/[^\s"'<>)]*[^\s"'<>).,;:]/gi
/** A webhook is a secret as a whole: whoever knows its path may write there. */
const WEBHOOK = /(\bnotify\((?:url=)?https?:\/\/)(?:[^/?#)]*@)?([^/?#)]*)(?:[^()]|\([^()]*\))*/gi

/**
 * The same result without the values of headers and of queries, without the body of its request, without passwords in
 * addresses, and without the paths of webhooks, wherever its texts name them.
 */
export function redact(result: Result): Result {
  const target = withoutSecrets(result.target)
  const redacted = everyText(result, text =>
    (result.target === '' ? text : text.replaceAll(result.target, () => target))
      .replace(WEBHOOK, `$1$2/${HIDDEN}`)
      .replace(ADDRESS, withoutSecrets),
  )
  const { request } = result
  if (!request) return { ...redacted, target }
  const headers = Object.entries(request.headers).map(([name, value]) => [name, KNOWN.test(name) ? value : HIDDEN])
  const body = request.body === null ? null : `${HIDDEN}: ${Buffer.byteLength(request.body)} bytes`
  const path = withoutQuery(request.path)
  return { ...redacted, target, request: { ...request, path, headers: Object.fromEntries(headers), body } }
}

function withoutSecrets(address: string): string {
  return withoutQuery(address.replace(/^(\w+:\/\/)[^/?#]*@/, '$1'))
}

/** The names of a query say what was asked for; its values and what comes after a `#` may be anything. */
function withoutQuery(address: string): string {
  const [, before = '', query] = /^([^?#]*)(\?[^#]*)?/.exec(address) ?? []
  if (query === undefined) return before
  const parts = query.slice(1).split('&')
  const redacted = parts.map(part => {
    const [name = '', value] = part.split(/=(.*)/s)
    if (value === undefined) return name === '{code}' || name === '' ? name : HIDDEN
    return `${name}=${value === '{code}' ? value : HIDDEN}`
  })
  return `${before}?${redacted.join('&')}`
}

function everyText<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T
  if (Array.isArray(value)) return value.map(part => everyText(part, change)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, everyText(part, change)])) as T
}
