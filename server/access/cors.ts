/** The catalog is for pages of any origin; the control plane says nothing of other origins, so that they read nothing. */

/** On every answer of the catalog to a request with an Origin; a flat list: name, value, name, value. */
export const CATALOG_HEADERS = [
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Expose-Headers',
  'X-Request-Id, X-Chaos-Fault, X-Total-Count, Link, Retry-After, RateLimit, RateLimit-Policy',
]

/** On every answer but the catalog's: pages of other origins load it neither as a script nor as anything else. */
export const OTHER_HEADERS = ['X-Content-Type-Options', 'nosniff', 'Cross-Origin-Resource-Policy', 'same-origin']

/** The answer to a preflight request, good for ten minutes. */
export const PREFLIGHT_HEADERS = [
  ...CATALOG_HEADERS,
  'Access-Control-Allow-Methods',
  'GET, HEAD',
  'Access-Control-Allow-Headers',
  '*',
  'Access-Control-Max-Age',
  '600',
]
