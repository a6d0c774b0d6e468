/** The whole matrix of access: host x origin x site x token x content type x address, each cell against the rules in words. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostsOf, reachableFrom } from '../../../server/access/hosts.ts'
import { type AccessRequest, type AccessSettings, checkAccess } from '../../../server/access/rules.ts'

const LAN = '192.168.1.7'
const servers: Record<string, AccessSettings> = {
  'on this machine': settings({ bound: '127.0.0.1', addresses: [] }, { exposed: false, locked: false }),
  'on this machine, locked': settings({ bound: '127.0.0.1', addresses: [] }, { exposed: false, locked: true }),
  'for other machines': settings({ bound: '0.0.0.0', addresses: [LAN] }, { exposed: true, locked: true }),
  'for other machines, open sessions': settings(
    { bound: '0.0.0.0', addresses: [LAN] },
    { exposed: true, locked: true, openSessions: true },
  ),
}

function settings(
  address: { bound: string; addresses: string[] },
  rest: { exposed: boolean; locked: boolean; openSessions?: boolean },
): AccessSettings {
  return {
    openSessions: false,
    ...rest,
    hosts: hostsOf({ ...address, port: 8000, allowed: ['demo.local', 'x.org:81'] }),
  }
}

const HOSTS: [string[], 'both' | 'exposed' | 'none'][] = [
  [['localhost:8000'], 'both'],
  [['localhost'], 'both'],
  [['127.0.0.1:8000'], 'both'],
  [['127.0.0.1'], 'both'],
  [['[::1]:8000'], 'both'],
  [['[::1]'], 'both'],
  [['demo.local'], 'both'],
  [['demo.local:8000'], 'both'],
  [['x.org:81'], 'both'],
  [[`${LAN}:8000`], 'exposed'],
  [[LAN], 'exposed'],
  [['x.org'], 'none'],
  [['x.org:8000'], 'none'],
  [['localhost:8001'], 'none'],
  [['localhost.'], 'none'],
  [['evil.example:8000'], 'none'],
  [['localhost.evil.example'], 'none'],
  [['0.0.0.0:8000'], 'none'],
  [[''], 'none'],
  [[], 'none'],
  [['localhost:8000', 'localhost:8000'], 'none'],
]
const ORIGINS = [
  'none',
  'own',
  'own, https',
  'null',
  'http://evil.example',
  'http://localhost',
  'http://localhost:3000',
]
const SITES = [null, 'none', 'same-origin', 'same-site', 'cross-site', 'odd']
const CALLS = [
  'read catalog',
  'read page',
  'read control',
  'read events',
  'change control',
  'change own session',
  'change control: simulate',
]
const SECRETS = ['none', 'right', 'ticket']
const TYPES: [string | null, boolean, boolean][] = [
  [null, false, true],
  [null, true, false],
  ['application/json', true, true],
  ['application/json; charset=utf-8', true, true],
  ['application/merge-patch+json', true, true],
  ['application/x-www-form-urlencoded', true, false],
  ['multipart/form-data; boundary=x', true, false],
  ['text/plain', true, false],
  ['text/plain;application/json', true, false],
  ['application/jsonp', true, false],
  ['text/plain', false, false],
]

describe('checkAccess, the whole matrix', () => {
  for (const [name, rules] of Object.entries(servers)) {
    const exposed = name.startsWith('for other machines')
    it(name, () => {
      let cells = 0
      for (const [hosts, where] of HOSTS)
        for (const from of ORIGINS)
          for (const site of SITES)
            for (const call of CALLS)
              for (const secret of SECRETS)
                for (const [type, body, json] of TYPES) {
                  const origin =
                    from === 'none'
                      ? null
                      : from === 'own'
                        ? `http://${hosts[0]}`
                        : from === 'own, https'
                          ? `https://${hosts[0]}`
                          : from
                  const change = call.startsWith('change')
                  const own = call === 'change own session' && rules.openSessions && secret !== 'right'
                  const request: AccessRequest = {
                    change,
                    control: call.includes('control') || call.includes('events') || change,
                    hosts,
                    origin,
                    fetchSite: site,
                    contentType: type,
                    hasBody: body,
                    hasToken: secret === 'right',
                    hasTicket: secret === 'ticket' && call === 'read events',
                    ownSession: own,
                    simulation: call.endsWith('simulate'),
                  }
                  const known = where === 'both' || (where === 'exposed' && exposed)
                  const ownPage = origin === null || from.startsWith('own') || origin === `http://${hosts[0]}`
                  const ownSite = site === null || site === 'none' || site === 'same-origin'
                  const reads = !change || request.simulation
                  const needsToken = rules.locked && (reads ? exposed && !rules.openSessions && request.control : !own)
                  let status = 0
                  if (!known) status = 403
                  else if (change && !(ownPage && ownSite)) status = 403
                  else if (needsToken && !request.hasToken && !request.hasTicket) status = 401
                  else if (change && !json) status = 415
                  assert.equal(checkAccess(request, rules)?.status ?? 0, status, JSON.stringify({ call, ...request }))
                  cells += 1
                }
      assert.equal(cells, HOSTS.length * ORIGINS.length * SITES.length * CALLS.length * SECRETS.length * TYPES.length)
    })
  }
})

describe('the addresses that attendees use', () => {
  const interfaces = {
    lo: [nic('127.0.0.1', 'IPv4', true), nic('::1', 'IPv6', true)],
    wifi: [nic('fe80::1', 'IPv6'), nic('2001:db8::7', 'IPv6'), nic(LAN, 'IPv4')],
  }
  for (const [bound, expected] of [
    ['127.0.0.1', []],
    ['::1', []],
    ['localhost', []],
    ['0.0.0.0', [LAN]],
    ['::', [LAN, '2001:db8::7']],
    ['10.0.0.9', ['10.0.0.9']],
  ] as const) {
    it(`are ${expected.join(' and ') || 'none'} for ${bound}`, () => {
      assert.deepEqual(reachableFrom(bound, interfaces), expected)
    })
  }
})

function nic(address: string, family: 'IPv4' | 'IPv6', internal = false) {
  return { address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 } as const
}
