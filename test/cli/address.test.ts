/** Addresses: which of them are this machine's. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isThisMachine } from '../../cli/address.ts'

describe('isThisMachine', () => {
  const own = (address: string, family: 'IPv4' | 'IPv6') =>
    ({ address, family, netmask: '', mac: '', internal: false, cidr: null, scopeid: 0 }) as never
  const interfaces = {
    lo: undefined,
    eth0: [own('192.168.1.7', 'IPv4'), own('fe80::1', 'IPv6'), own('2001:DB8::7', 'IPv6')],
  }
  for (const [address, expected] of [
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['0.0.0.0', true],
    ['::', true],
    ['192.168.1.7', true],
    ['::ffff:192.168.1.7', true],
    ['fe80::1%eth0', true],
    ['2001:db8::7', true],
    ['192.168.1.70', false],
    ['192.168.1.8', false],
    ['fe80::2%eth0', false],
    ['', false],
  ] as const) {
    it(`${address} is ${expected ? '' : 'not '}`.trim(), () =>
      assert.equal(isThisMachine(address, interfaces), expected),
    )
  }
})
