/** What the calls of a run met on their way that was not the server: too few connections, and redirects. */

import type { Message, Unjudged } from '../result.ts'

/** What the generator, not the upstream, was short of: connections, and what this machine makes them of. */
export function connectionNotes({ arms, conditions }: Unjudged): Message[] {
  const told = arms.flatMap(arm => arm.connections ?? [])
  const sum = (count: (of: (typeof told)[number]) => number) => told.reduce((all, each) => all + count(each), 0)
  const local = arms.reduce((all, arm) => all + (arm.failures.local ?? 0), 0)
  const waited = sum(each => each.waited)
  const least = told.filter(each => each.lacking !== undefined).toSorted((a, b) => (a.open ?? 0) - (b.open ?? 0))[0]
  const worstMs = Math.max(0, ...told.map(each => each.waitMs.max))
  const capped = sum(each => each.capped) > 0
  const max = conditions?.connections?.max ?? 0
  return [
    ...(least
      ? [{ code: 'note.own-limit', figures: { open: least.open ?? 0, lacking: least.lacking ?? 'memory', local } }]
      : local > 0
        ? [{ code: 'note.unsent', figures: { local, max } }]
        : []),
    ...(waited === 0
      ? []
      : [{ code: capped && !least ? 'note.waited-capped' : 'note.waited', figures: { waited, worstMs, max } }]),
  ]
}

/** How many answers were redirects, and where the first led to. */
export function redirectNote({ arms }: Unjudged): Message | null {
  const redirects = arms.reduce(
    (all, { statuses = {} }) =>
      all + Object.entries(statuses).reduce((sum, [status, n]) => sum + (isRedirect(status) ? n : 0), 0),
    0,
  )
  const location = arms.find(arm => arm.redirect !== undefined)?.redirect
  if (redirects === 0 || location === undefined) return null
  return { code: 'note.redirects', figures: { redirects, location: location === '' ? '-' : location } }
}

function isRedirect(status: string): boolean {
  return status.startsWith('3') && status !== '304'
}
