/** The access of a real server: what it admits, what it answers the others, and whose sessions are whose. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ROOT } from '../../support/project.ts'
import { startTestServer } from '../../support/server.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}
interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** fetch would not let a test say who it pretends to be. */
function call(port: number, path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', part => {
        text += part
        // An event stream does not end by itself.
        if (text.includes('event:')) answer.destroy()
      })
      answer.on('close', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
      answer.on('error', () => {})
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const rate = (headers: Record<string, string> = {}): Sent => ({
  method: 'PUT',
  body: '{"failRate":50}',
  headers: { ...JSON_TYPE, ...headers },
})

describe('a server on this machine', () => {
  it('is called by its own names only, on every route', async t => {
    const { port, chaos } = await startTestServer(t, { allowedHosts: ['demo.local'] })
    for (const path of [
      '/',
      '/catalogs',
      '/catalogs/155568600',
      '/chaos',
      '/health',
      '/metrics',
      '/runs',
      '/nothing',
    ]) {
      const stranger = await call(port, path, { headers: { Host: 'evil.example' } })
      assert.equal(stranger.status, 403, path)
      assert.match(stranger.body, /--allow-host evil\.example/)
      for (const host of ['localhost', `localhost:${port}`, '[::1]', 'DEMO.local', `demo.local:${port}`])
        assert.notEqual((await call(port, path, { headers: { Host: host } })).status, 403, `${path} ${host}`)
    }
    assert.equal(chaos.control.sessions.first.arrivals, 10, 'strangers meet no fault and are not counted')
  })

  it('takes no change from a page of another site, with or without a preflight', async t => {
    const { port, chaos } = await startTestServer(t)
    for (const headers of [
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Origin: 'http://localhost:1' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ] as Record<string, string>[]) {
      assert.equal((await call(port, '/chaos/fail-rate', rate(headers))).status, 403)
      const form = { method: 'POST', headers: { ...headers, 'Content-Type': 'text/plain' }, body: '{}' }
      assert.equal((await call(port, '/chaos/reset', form)).status, 403)
      const asked = await call(port, '/chaos/fail-rate', {
        method: 'OPTIONS',
        headers: { ...headers, 'Access-Control-Request-Method': 'PUT' },
      })
      assert.equal(asked.headers['access-control-allow-origin'], undefined)
    }
    assert.equal(chaos.settings().failRate, 0)
    const own = rate({ Origin: `http://127.0.0.1:${port}`, 'Sec-Fetch-Site': 'same-origin' })
    assert.equal((await call(port, '/chaos/fail-rate', own)).status, 200)
  })

  it('takes JSON alone, also where no body is read', async t => {
    const { port } = await startTestServer(t)
    const form = { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'a=b' }
    assert.equal((await call(port, '/chaos/reset', form)).status, 415)
    assert.equal((await call(port, '/chaos/reset', { method: 'POST' })).status, 204)
  })

  it('shares the catalog with pages of any origin, and its marks with them', async t => {
    const { port } = await startTestServer(t, { settings: { failRate: 100 } })
    const page = { Origin: 'http://anywhere.example', 'Sec-Fetch-Site': 'cross-site' }
    for (const path of ['/catalogs', '/catalogs/155568600', '/catalogs/a/b']) {
      const { headers } = await call(port, path, { headers: page })
      assert.equal(headers['access-control-allow-origin'], '*', path)
      assert.match(String(headers['access-control-expose-headers']), /X-Request-Id, X-Chaos-Fault/)
      assert.equal((await call(port, path)).headers['access-control-allow-origin'], undefined)
    }
    const asked = await call(port, '/catalogs', {
      method: 'OPTIONS',
      headers: { ...page, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'x-chaos-key' },
    })
    assert.equal(asked.status, 204)
    assert.equal(asked.headers['access-control-allow-headers'], '*')
    for (const path of ['/chaos', '/runs', '/health', '/'])
      assert.equal((await call(port, path, { headers: page })).headers['access-control-allow-origin'], undefined)
  })

  it('takes no target that two readers could read differently', async t => {
    const { port } = await startTestServer(t, { token: 'of-the-host' })
    for (const target of [
      `http://127.0.0.1:${port}/chaos`,
      '//u@h/runs#',
      '//u@h/runs',
      '/\\u@h/runs#',
      '/runs#',
      '/catalogs#/../chaos',
      '/chaos/fail-rate?a#&session=mine',
      '//u@h:999999/catalogs#',
      '//a@[#',
    ]) {
      const { status, headers } = await call(port, target)
      assert.equal(status, 400, target)
      assert.equal(headers['content-type'], 'application/problem+json', target)
    }
    assert.equal((await call(port, '/runs?x=%23')).status, 200)
  })

  it('keeps answers of the control plane from pages of other origins that would load them as something else', async t => {
    const { port } = await startTestServer(t)
    for (const path of ['/chaos', '/chaos/nothing', '/runs', '/health', '/openapi.json']) {
      const { headers } = await call(port, path)
      assert.equal(headers['x-content-type-options'], 'nosniff', path)
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path)
    }
    assert.equal((await call(port, '/catalogs')).headers['cross-origin-resource-policy'], undefined)
  })

  it('answers an expectation that it cannot meet, but only who is let in', async t => {
    const { port } = await startTestServer(t)
    assert.equal((await call(port, '/chaos', { headers: { Expect: 'x', Host: 'evil.example' } })).status, 403)
    const { status, headers } = await call(port, '/chaos', { headers: { Expect: 'x' } })
    assert.deepEqual([status, headers['content-type']], [417, 'application/problem+json'])
  })
})

describe('a server that other machines reach', () => {
  const TOKEN = 'a-secret-of-the-host'
  const host = { Authorization: `Bearer ${TOKEN}` }

  it('makes a token where none was given, and says where attendees find it', async t => {
    const server = await startTestServer(t, { host: '0.0.0.0' })
    assert.match(server.token ?? '', /^[\w-]{16}$/)
    for (const address of server.attendees) {
      const name = new URL(address).host
      assert.equal((await call(server.port, '/catalogs', { headers: { Host: name } })).status, 200)
    }
    const local = await startTestServer(t)
    assert.deepEqual([local.token, local.attendees], [null, []])
  })

  it('lets read what the table of the documents says, from 127.0.0.1 as from anywhere', async t => {
    const readme = readFileSync(join(ROOT, 'server/access/README.md'), 'utf8')
    const row = (start: string) => {
      const found = readme.split('\n').find(line => line.startsWith(`| ${start}`))
      return found?.split('|').map(cell => cell.trim())[2] ?? ''
    }
    for (const [start, options] of [
      ['reading `/chaos…` and `/runs…` of a server that listens on this machine alone', {}],
      ['reading them of one that others reach (`--host`), from `127.0.0.1` too', { host: '0.0.0.0' }],
    ] as const) {
      const { port } = await startTestServer(t, { ...options, token: TOKEN })
      const open = await startTestServer(t, { ...options, token: TOKEN, openSessions: true })
      for (const path of ['/chaos', '/chaos/stats', '/runs']) {
        const said = row(start)
        assert.ok(said.startsWith((await call(port, path)).status === 200 ? 'yes' : 'no (401)'), `${start}: ${said}`)
        assert.equal((await call(open.port, path)).status, 200)
      }
    }
  })

  it('gives the catalog to everybody and the control plane to the token', async t => {
    const { port } = await startTestServer(t, { host: '0.0.0.0', token: TOKEN })
    for (const path of ['/catalogs', '/health', '/ready', '/', '/metrics', '/openapi.json'])
      assert.equal((await call(port, path)).status, 200, path)
    for (const path of ['/chaos', '/chaos/stats', '/chaos/events', '/chaos/requests', '/runs']) {
      const refused = await call(port, path)
      assert.equal(refused.status, 401, path)
      assert.equal(refused.headers['www-authenticate'], 'Bearer')
      assert.equal((await call(port, path, { headers: host })).status, 200, path)
    }
    assert.equal((await call(port, `/chaos?token=${TOKEN}`)).status, 401, 'never in a URL')
    assert.equal((await call(port, '/chaos/fail-rate', rate())).status, 401)
    assert.equal((await call(port, '/chaos/fail-rate', rate({ Authorization: 'Bearer wrong' }))).status, 401)
    assert.equal((await call(port, '/chaos/fail-rate', rate(host))).status, 200)
  })

  it('lets a ticket in once, to the events alone', async t => {
    const { port } = await startTestServer(t, { host: '0.0.0.0', token: TOKEN })
    assert.equal((await call(port, '/chaos/tickets', { method: 'POST' })).status, 401)
    const given = await call(port, '/chaos/tickets', { method: 'POST', headers: host })
    assert.equal(given.status, 201)
    const { ticket } = JSON.parse(given.body) as { ticket: string }
    assert.equal((await call(port, `/chaos?ticket=${ticket}`)).status, 401)
    assert.equal((await call(port, `/chaos/events?ticket=${ticket}`)).status, 200)
    assert.equal((await call(port, `/chaos/events?ticket=${ticket}`)).status, 401)
  })

  it('lets an attendee change a session of his own where sessions are open, and nothing else', async t => {
    const server = await startTestServer(t, { host: '0.0.0.0', token: TOKEN, openSessions: true })
    const { port } = server
    const make = async (id: string, headers = {}) => {
      const body = JSON.stringify({ id })
      const made = await call(port, '/chaos/sessions', { method: 'POST', body, headers: { ...JSON_TYPE, ...headers } })
      assert.equal(made.status, 201)
      return JSON.parse(made.body) as { key?: string }
    }
    const bearing = (key = '') => ({ Authorization: `Bearer ${key}` })
    const { key } = await make('mine')
    assert.match(key ?? '', /^[\w-]{16}$/)
    const mine = bearing(key)
    assert.equal((await make('mine-too', mine)).key, key, 'one key opens all of his')
    const other = await make('others', bearing('something'))
    assert.notEqual(other.key, key)
    assert.notEqual(other.key, 'something', 'nobody chooses his key')
    assert.equal((await make('hosts', host)).key, undefined)
    await call(port, '/catalogs', { headers: { 'X-Chaos-Session': 'on-demand' } })
    assert.equal((await call(port, '/chaos')).status, 200)

    for (const path of [
      '/chaos/fail-rate?session=mine',
      '/chaos/fail-rate?session=%6dine',
      '/chaos/fail-rate?session=mine-too',
    ])
      assert.equal((await call(port, path, rate(mine))).status, 200, path)
    const post = { method: 'POST', headers: mine }
    assert.equal((await call(port, '/chaos/reset?session=mine', post)).status, 204)
    const start = '/chaos/scenarios/blackout/runs?session='
    const run = JSON.parse((await call(port, `${start}mine`, post)).body) as { id: string }
    const others = JSON.parse(
      (await call(port, `${start}others`, { method: 'POST', headers: bearing(other.key) })).body,
    ) as { id: string }

    const filler = Array.from({ length: 1_001 }, (_, i) => `a${i}=1`).join('&')
    for (const [method, path] of [
      ['PUT', '/chaos/fail-rate'],
      ['PUT', '/chaos/fail-rate?session=default'],
      ['PUT', '/chaos/fail-rate?session=hosts'],
      ['PUT', '/chaos/fail-rate?session=others'],
      ['PUT', '/chaos/fail-rate?session=on-demand'],
      ['PUT', '/chaos/fail-rate?session=nobody'],
      ['PUT', '/chaos/fail-rate?session=mine&session=default'],
      ['PUT', `/chaos/fail-rate?${filler}&session=mine`],
      ['DELETE', '/chaos/sessions/hosts?session=mine'],
      ['DELETE', '/chaos/sessions/others'],
      ['DELETE', '/chaos/runs/run-99?session=mine'],
      ['DELETE', `/chaos/runs/${others.id}`],
      ['DELETE', '/runs/tirado?session=mine'],
      ['POST', '/runs?session=mine'],
      ['POST', '/chaos/live?session=mine'],
      ['POST', '/chaos/tickets?session=mine'],
    ] as const) {
      const sent = method === 'DELETE' ? { method, headers: mine } : { ...rate(mine), method }
      assert.equal((await call(port, path, sent)).status, 401, `${method} ${path}`)
    }
    for (const headers of [{}, bearing('wrong'), { Authorization: `Basic ${key}` }] as Record<string, string>[])
      assert.equal((await call(port, '/chaos/fail-rate?session=mine', rate(headers))).status, 401)
    assert.equal(server.chaos.settings().failRate, 0)
    assert.equal((await call(port, `/chaos/runs/${run.id}`, { method: 'DELETE', headers: mine })).status, 204)
    for (const id of ['mine', 'mine-too'])
      assert.equal((await call(port, `/chaos/sessions/${id}`, { method: 'DELETE', headers: mine })).status, 204)
    assert.equal((await call(port, '/chaos/fail-rate?session=mine', rate(mine))).status, 401)
  })

  it('gives no keys where sessions are not open, or nothing is locked', async t => {
    const locked = await startTestServer(t, { host: '0.0.0.0', token: TOKEN })
    assert.equal((await call(locked.port, '/chaos/sessions', { method: 'POST' })).status, 401)
    const local = await startTestServer(t)
    const made = await call(local.port, '/chaos/sessions', { method: 'POST' })
    assert.deepEqual(Object.keys(JSON.parse(made.body)), ['id', 'name', 'instance', 'clockMs'])
  })
})
