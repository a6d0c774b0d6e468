/** The Link header of a page (RFC 8288): where the first, previous, next and last pages are. */

export interface Position {
  /** Items on a page, at least 1. */
  readonly limit: number
  /** Items before this page. */
  readonly offset: number
  /** Items on all pages. */
  readonly total: number
}

/** Relative links, so that they hold whatever name the server was called by. `query` is kept but for the position. */
export function pageLinks(path: string, query: URLSearchParams, { limit, offset, total }: Position): string {
  const last = total === 0 ? 0 : Math.floor((total - 1) / limit) * limit
  const pages: readonly (readonly [string, number | null])[] = [
    ['first', 0],
    ['prev', offset > 0 ? Math.min(Math.max(0, offset - limit), last) : null],
    ['next', offset + limit < total ? offset + limit : null],
    ['last', last],
  ]
  return pages.flatMap(([rel, at]) => (at === null ? [] : [link(path, query, rel, at)])).join(', ')
}

function link(path: string, query: URLSearchParams, rel: string, offset: number): string {
  const there = new URLSearchParams(query)
  there.set('offset', String(offset))
  return `<${path}?${there}>; rel="${rel}"`
}
