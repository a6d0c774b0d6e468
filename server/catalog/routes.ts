/** The data plane: the list of products, and one product by its code. */

import type { RequestHandler } from 'express'
import { z } from 'zod'
import { sendJson, sendPrepared } from '../http/json.ts'
import { Problem, quote } from '../http/problem.ts'
import { parseQuery } from '../http/query.ts'
import type { Catalog } from './catalog.ts'
import { pageLinks } from './links.ts'

/** Products that one page can hold. */
export const MAX_PAGE = 1_000
const MAX_OFFSET = 1_000_000_000
/** Bytes of the Link header: where the words asked for would make it longer, it is left out. */
export const MAX_LINK_BYTES = 4_096

const text = z.string('must be given once').max(200, 'must be 200 characters at most').optional()

const whole = (low: number, high: number) =>
  z
    .string('must be given once')
    .regex(/^\d{1,10}$/, `must be a whole number from ${low} to ${high}`)
    .transform(Number)
    .refine(value => value >= low && value <= high, `must be a whole number from ${low} to ${high}`)
    .optional()

/** The query of `GET /catalogs`. Other parameters are ignored. */
export const listQuerySchema = z.object({
  limit: whole(1, MAX_PAGE).describe('products at most; all where it is not given'),
  offset: whole(0, MAX_OFFSET).describe('products to skip, from the first in code order'),
  brand: text.describe('the whole brand, in any case, with or without accents'),
  q: text.describe('a part of code, brand, description or GTIN, in any case, with or without accents'),
})

/** `GET /catalogs/{code}`. */
export function showProduct(catalog: Catalog): RequestHandler<{ code: string }> {
  return (req, res, next) => {
    const { code } = req.params
    const product = catalog.find(code)
    if (product !== undefined) sendPrepared(res, product)
    else next(new Problem(404, `No product has the code ${quote(code)}: GET /catalogs lists those that exist`))
  }
}

const PLAIN_PRODUCT = /^\/catalogs\/[\w-]+$/
const CODE_AT = '/catalogs/'.length

/**
 * Middleware that has `product` answer `GET /catalogs/{code}` where nothing has to be decoded: nearly every request, which spares
 * it the matching of a pattern and a route's own layers, 1 microsecond of processor. Everything else goes on to the routes.
 */
export function plainProduct(product: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (req.method !== 'GET' || !PLAIN_PRODUCT.test(req.url)) {
      next()
      return
    }
    req.params = { code: req.url.slice(CODE_AT) }
    void product(req, res, next)
  }
}

/** `GET /catalogs`: a bare array, with the total and the links to other pages in headers. */
export function listProducts(catalog: Catalog): RequestHandler {
  return (req, res) => {
    const asked = parseQuery(listQuerySchema, req.query)
    const { json, total } = catalog.list(asked)
    const { limit, offset = 0 } = asked
    // What the catalog does not know would make the header as long as the address.
    const known = Object.entries(req.query).filter(([name]) => Object.hasOwn(listQuerySchema.shape, name))
    const query = new URLSearchParams(known as [string, string][])
    const links = limit === undefined ? '' : pageLinks('/catalogs', query, { limit, offset, total })
    const headers = links !== '' && links.length <= MAX_LINK_BYTES ? ['Link', links] : []
    sendJson(res, json, ['X-Total-Count', String(total), ...headers])
  }
}
