/** A known path with its methods: OPTIONS and every other method are answered here, so that no route forgets them. */

import type { IRouter, RequestHandler } from 'express'
import { Problem } from './problem.ts'

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete'
type Handlers = RequestHandler | readonly RequestHandler[]

/**
 * Mounts `path` on `router`. GET also answers HEAD; OPTIONS answers 204 and any other method 405, both with `Allow`.
 */
export function resource(router: IRouter, path: string, methods: Partial<Record<Method, Handlers>>): void {
  const route = router.route(path)
  const names = Object.keys(methods) as Method[]
  for (const name of names) route[name](...[methods[name] ?? []].flat())

  const allow = [...names.flatMap(name => (name === 'get' ? ['GET', 'HEAD'] : [name.toUpperCase()])), 'OPTIONS']
  const headers = { Allow: allow.join(', ') }
  route.options((_req, res) => {
    res.writeHead(204, headers).end()
  })
  route.all((req, _res, next) => {
    next(new Problem(405, `${req.method} is not possible here: use ${allow.join(', ')}`, { headers }))
  })
}
