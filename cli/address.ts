/** Addresses as they are typed, and whether they lead to this machine. */

import { networkInterfaces } from 'node:os'
import { withoutBrackets } from '../server/lib/hostname.ts'

/** What may stand without `http://`: a name with a dot or a port, localhost, or an IPv6 address in brackets. */
const BARE_HOST =
  /^(localhost|[\w-]+(\.[\w-]+)*\.[a-z]+|\d+(\.\d+){3}|[\w-]+(\.[\w-]+)*(?=:\d)|\[[\da-f:.]+\])(:\d+)?(?=[/?#]|$)/i

/** An http or https URL, or null; `localhost:8000` is taken for http://localhost:8000. */
export function readUrl(text: string): URL | null {
  const typed = BARE_HOST.test(text) ? `http://${text}` : text
  const url = URL.canParse(typed) ? new URL(typed) : null
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

/** Whether an address, or a name for this machine, can only be this machine. */
export function isLoopback(hostname: string): boolean {
  const name = withoutBrackets(hostname).toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name)
}

/** Whether an IP address is one of this machine's: a loopback address, or one of its network interfaces. */
export function isThisMachine(address: string, interfaces = networkInterfaces()): boolean {
  const plain = withoutZone(address)
  return (
    isLoopback(plain) ||
    ['0.0.0.0', '::'].includes(plain) ||
    Object.values(interfaces).some(each => each?.some(own => withoutZone(own.address) === plain))
  )
}

/** An IPv6 address may name its interface, as in `fe80::1%eth0`; an IPv4 address may be written as one of IPv6. */
function withoutZone(address: string): string {
  return address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '')
}
