/** Hosts as URLs write them, and as sockets take them. */

/** The host of a URL as a socket takes it: an IPv6 address stands in brackets in the one and without them in the other. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
