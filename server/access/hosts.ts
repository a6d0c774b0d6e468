/** The names by which the server may be called: a page that rebinds its own name to this machine is not among them. */

import type { NetworkInterfaceInfo } from 'node:os'

export interface ServerAddress {
  /** The address that the server listens on. */
  readonly bound: string
  readonly port: number
  /** Addresses of this machine that were printed. */
  readonly addresses: readonly string[]
  /** `--allow-host`: names with a port hold for that port alone. */
  readonly allowed: readonly string[]
}

const ALWAYS = ['localhost', '127.0.0.1', '[::1]']

/** Every value that a Host header may have, in lower case. */
export function hostsOf({ bound, port, addresses, allowed }: ServerAddress): ReadonlySet<string> {
  const names = [...ALWAYS, ...[bound, ...addresses].filter(address => !isWildcard(address)).map(inUrl), ...allowed]
  return new Set(
    names.map(name => name.toLowerCase()).flatMap(name => (hasPort(name) ? [name] : [name, `${name}:${port}`])),
  )
}

/** An address as it stands in a URL. */
export function inUrl(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address
}

/** All addresses of the machine, which is no address to send anything to. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === ''
}

/** Whether only this machine reaches an address. */
export function isLocal(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}

/** Where other machines reach a server that listens on `bound`, those of IPv4 first. */
export function reachableFrom(bound: string, interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string[] {
  if (isLocal(bound)) return []
  if (!isWildcard(bound)) return [bound]
  const found = Object.values(interfaces).flatMap(each => each ?? [])
  const usable = found.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
  const of = (family: string) => usable.filter(each => each.family === family).map(({ address }) => address)
  return [...of('IPv4'), ...(bound === '::' ? of('IPv6') : [])]
}

function hasPort(name: string): boolean {
  return /:\d{1,5}$/.test(name) && !name.endsWith(']')
}
