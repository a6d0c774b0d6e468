/** What this machine, not the other side of a connection, is short of. */

/** By the code of the error with which a connection could not be opened. */
const OWN_LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'open-files',
  ENFILE: 'open-files',
  EADDRNOTAVAIL: 'ports',
  EADDRINUSE: 'ports',
  EAGAIN: 'ports',
  ENOBUFS: 'memory',
  ENOMEM: 'memory',
  EPERM: 'permission',
  EACCES: 'permission',
}

/** What this machine has too few of, where that is why a connection could not be opened; else null. */
export function ownLimit(error: Error & { readonly code?: unknown }): string | null {
  const { code } = error
  return typeof code === 'string' && Object.hasOwn(OWN_LIMITS, code) ? (OWN_LIMITS[code] ?? null) : null
}
