/** Pages of strangers in a real browser: rebound names, forms, beacons, scripts, frames. They change nothing and read nothing. */

import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser } from 'playwright-core'
import type { RunningServer, ServerOptions } from '../../server/server.ts'
import { kept } from '../cli/runs/samples.ts'
import { control } from '../support/control.ts'
import { listen } from '../support/listen.ts'
import { startTestServer } from '../support/server.ts'
import { launchIsolated, openPage, skip } from './browser.ts'

const RUN = { result: kept('2026-01-01T00:00:00.000Z'), html: '<p class="a">' }
const ALLOWED = { allowedHosts: ['evil.example', 'room.example'] }
const LOOK = `(() => { try { return opened.closed || opened.document.title } catch ({ name }) { return name } })()`
const SANDBOX = '<iframe sandbox="allow-scripts allow-forms" src="/"></iframe>'

type Answer = Readonly<{ ok: boolean; status: number; text: string }>

/** A site that says whatever its address tells it to. */
function evilSite(): Server {
  return createServer(({ url = '' }, response) => {
    const said = new URL(url, 'http://evil.example').searchParams.get('say')
    response.setHeader('Content-Type', 'text/html').end(said ?? '<title>evil</title>')
  })
}

const saying = ({ origin }: URL, html: string) => `${origin}/?say=${encodeURIComponent(html)}`

/** A server with something to lose: a rate that a reset would take back, a session, an outage to come and a kept run. */
async function furnished(test: TestContext, options: ServerOptions = {}) {
  const server = await startTestServer(test, { settings: { failRate: 70 }, ...options })
  const call = control(server)
  const headers: Record<string, string> = server.token ? { Authorization: `Bearer ${server.token}` } : {}
  await call('PUT', '/chaos/fail-rate', { failRate: 0 }, headers)
  await call('POST', '/chaos/sessions', { id: 'lab' }, headers)
  await call('POST', '/chaos/outages', { from: '23h', to: '24h' }, headers)
  await call('POST', '/runs', RUN, headers)
  return { server, was: await state(server) }
}

/** All that a change would leave a trace in. */
async function state(server: RunningServer) {
  const read = async (path: string) => (await control(server)('GET', path)).body
  const { settings, provenance } = await read('/chaos')
  const { sessions } = (await read('/chaos/sessions')) as { sessions: { id: string }[] }
  const { outages } = await read('/chaos/outages')
  const { runs } = await read('/chaos/runs')
  const names = sessions.map(({ id }) => id)
  return { settings, provenance, names, outages, runs, results: (await read('/runs')).runs }
}

/**
 * What browsers asked the control plane of a server for and what it answered, whatever they let their pages know of it.
 * A stream of events is left out: when the browser lets go of it is its own affair.
 */
function overhear(test: TestContext, { port }: RunningServer): (wanted: number) => Promise<string[]> {
  const lines: string[] = []
  const news = new EventEmitter()
  const hear = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const { method, url = '', socket, headers } = request
    if (socket.localPort !== port || !headers['user-agent']?.startsWith('Mozilla')) return
    if (!/^\/(chaos(?!\/events)|runs)/.test(url)) return
    response.once('close', () => {
      lines.push(`${method} ${url} ${response.statusCode}`)
      news.emit('line')
    })
  }
  subscribe('http.server.request.start', hear)
  test.after(() => unsubscribe('http.server.request.start', hear))
  return async wanted => {
    const signal = AbortSignal.timeout(10_000)
    while (lines.length < wanted && !signal.aborted) await once(news, 'line', { signal }).catch(() => {})
    return lines.toSorted()
  }
}

const JSON_TYPE = `headers: { 'Content-Type': 'application/json' }`
const send = (path: string, more = '') => `fetch(target + '${path}', { ${more} })
  .then(answer => answer.text()).then(text => text ? 'read' : 'blind', () => 'blind')`
const POST = `method: 'POST', mode: 'no-cors'`
const PUT = `method: 'PUT', credentials: 'include', ${JSON_TYPE}, body: '{"failRate":1}'`
const beacon = (path: string, body = '') => `navigator.sendBeacon(target + '${path}', ${body})`
const BLOB = `new Blob(['{"for":"1h"}'], { type: 'application/json' })`

const RESET = '/chaos/reset'
const RATE = '/chaos/fail-rate'
const SESSIONS = '/chaos/sessions'
const OUTAGES = '/chaos/outages'
const PLAY = '/chaos/scenarios/blackout/runs'

const FORM_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']
const FORMS = [RESET, SESSIONS, OUTAGES, '/runs', PLAY].flatMap(path => FORM_TYPES.map(type => ({ path, type })))
/** As `text/plain` a form sends its field as `name=value`, the sign amid a text that is JSON. */
const [NAME, VALUE] = JSON.stringify(RUN).split(/=(.*)/s)
const SUBMIT = `Promise.all(${JSON.stringify(FORMS)}.map(({ path, type }) => {
  const make = (name, more) => Object.assign(document.createElement(name), more)
  const frame = make('iframe', { name: type + path })
  const form = make('form', { method: 'post', enctype: type, action: target + path, target: frame.name })
  form.append(make('input', ${JSON.stringify({ name: NAME, value: VALUE })}))
  document.body.append(frame, form)
  form.submit()
  return new Promise(done => frame.onload = () => frame.contentDocument?.URL !== 'about:blank' && done(frame))
})).then(frames => frames.some(frame => frame.contentDocument) ? 'read' : 'blind')`

const LOADED = ['/chaos', '/chaos/stats', '/runs'].flatMap(path => [path, path, path])
/** Takes JSON for an image, a script and a style: complaints would tell what is in it, as they do of a text of the page's own. */
const LOAD = `(async () => {
  const said = []
  addEventListener('error', ({ message }) => message && message !== 'Script error.' && said.push(message))
  const load = (name, from) => new Promise(done => {
    const made = Object.assign(document.createElement(name), { onload: done, onerror: done, rel: 'stylesheet' })
    made[name === 'link' ? 'href' : 'src'] = from
    document.body.append(made)
  })
  const kinds = ['img', 'script', 'link']
  await Promise.all(${JSON.stringify(LOADED)}.map((path, at) => load(kinds[at % 3], target + path)))
  const heard = said.length
  await load('script', URL.createObjectURL(new Blob(['{"a":1}'])))
  return heard ? 'read' : said.length ? 'blind' : 'deaf'
})()`
const PING = `(() => {
  const link = Object.assign(document.createElement('a'), { href: '#here', ping: target + '${RESET}' })
  document.body.append(link)
  link.click()
})()`
const EVENTS = `new Promise(done => {
  const events = new EventSource(target + '/chaos/events')
  events.onopen = events.onerror = ({ type }) => done(type, events.close())
})`
const SOCKET = `new Promise(done => {
  const socket = new WebSocket(target.replace('http', 'ws') + '/chaos/events')
  socket.onopen = socket.onmessage = socket.onclose = ({ type }) => done(type)
})`

/** Against the server at `target`: what a page of a stranger learns and the server is asked and answers, and one of its own. */
const ATTACKS: readonly (readonly [script: string, paths: readonly string[], foreign: string, own: string])[] = [
  [beacon(OUTAGES, BLOB), [OUTAGES], 'true OPTIONS 204', 'true POST 201'],
  [beacon(OUTAGES, `'{"for":"1h"}'`), [OUTAGES], 'true POST 403', 'true POST 415'],
  [beacon(RESET), [RESET], 'true POST 403', 'true POST 204'],
  [PING, [RESET], 'undefined POST 403', 'undefined POST 415'],
  [SUBMIT, FORMS.map(({ path }) => path), 'blind POST 403', 'read POST 415'],
  [send(SESSIONS, `${POST}, body: '{"id":"a"}'`), [SESSIONS], 'blind POST 403', 'read POST 415'],
  [send(PLAY, POST), [PLAY], 'blind POST 403', 'read POST 201'],
  [send(RATE, PUT), [RATE], 'blind OPTIONS 204', 'read PUT 200'],
  [send(`${SESSIONS}/lab`, `method: 'DELETE'`), [`${SESSIONS}/lab`], 'blind OPTIONS 204', 'blind DELETE 204'],
  [send('/chaos'), ['/chaos'], 'blind GET 200', 'read GET 200'],
  [send('/chaos', `mode: 'no-cors'`), ['/chaos'], 'blind GET 200', 'read GET 200'],
  [LOAD, LOADED, 'blind GET 200', 'blind GET 200'],
  [EVENTS, [], 'error', 'open'],
  // Nobody gets a socket, and the answer to who asks for one cannot be read.
  [SOCKET, [], 'close', 'close'],
]

/** What a page asks for once the browser takes it for one of the server. */
const CALLS: readonly (readonly [method: string, path: string, body?: object])[] = [
  ...['/chaos', '/chaos/stats', '/runs', '/catalogs', '/'].map(path => ['GET', path] as const),
  ['PUT', '/chaos/fail-rate', { failRate: 1 }],
  ['PATCH', '/chaos', { failRate: 2 }],
  ['POST', '/chaos/outages', { for: '1h' }],
  ['POST', '/runs', RUN],
  ['DELETE', '/chaos/sessions/lab'],
]
const REBOUND = `(async () => {
  const answers = []
  for (const [method, path, body] of ${JSON.stringify(CALLS)}) {
    const answer = await fetch(path, { method, ...(body && { ${JSON_TYPE}, body: JSON.stringify(body) }) })
    answers.push({ ok: answer.ok, status: answer.status, text: await answer.text() })
  }
  const target = location.origin
  return { answers, events: await ${EVENTS} }
})()`

describe('a page of a stranger', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launchIsolated('--host-resolver-rules=MAP *.example 127.0.0.1')
  })
  after(() => browser.close())

  for (const [title, host, options, isLet] of [
    ['that rebinds its name gets nothing', 'evil.example', {}, false],
    ['that rebinds its name gets nothing from a locked server', 'evil.example', { token: 'a-secret' }, false],
    ['gets everything where its name is allowed, so that it is the name', 'evil.example', ALLOWED, true],
    ['gets everything under the name of this machine', 'localhost', {}, true],
  ] as const) {
    // Evil leaves its address and port to the server. To the browser that is what a rebinding is: the origin of the page
    // stays, and from now on another machine answers to it.
    it(title, async test => {
      const evil = evilSite()
      const port = Number(new URL(await listen(evil, test)).port)
      const { page } = await openPage(test, browser, `http://${host}:${port}/`)
      evil.close()
      evil.closeAllConnections()
      await once(evil, 'close')
      const { server, was } = await furnished(test, { port, ...options })
      const { answers, events } = (await page.evaluate(REBOUND)) as { answers: Answer[]; events: string }
      assert.equal(answers.length, CALLS.length)
      if (isLet) {
        assert.deepEqual([answers.every(({ ok }) => ok), events], [true, 'open'])
        assert.equal((await state(server)).settings.failRate, 2)
        return
      }
      for (const { status, text } of answers) {
        assert.equal(status, 403)
        assert.match(text, /^\{"type":"about:blank","title":"Forbidden","status":403,"detail":"The host [^{}[\]]+\}$/)
      }
      assert.equal(events, 'error')
      assert.deepEqual(await state(server), was)
    })
  }

  for (const [title, place, name] of [
    ['of another site', 'http://attacker.example', '127.0.0.1'],
    // To a name that is no local one over plain HTTP a browser sends no Sec-Fetch-Site.
    ['of another site, against a server that is called by name,', 'http://attacker.example', 'room.example'],
    ['of the same name and another port', 'http://localhost', 'localhost'],
    ['in a sandbox, of no origin', 'sandbox', '127.0.0.1'],
    ['of the server itself, so that a refusal is that of a stranger:', 'own', '127.0.0.1'],
  ] as const) {
    const own = place === 'own'
    it(`${title} ${own ? 'changes what it sends as JSON, and reads' : 'changes nothing and reads nothing'}`, async test => {
      const { server, was } = await furnished(test, ALLOWED)
      const evil = new URL(await listen(evilSite(), test))
      const overheard = overhear(test, server)
      const target = `http://${name}:${server.port}`
      const url = own ? `${target}/health` : place === 'sandbox' ? saying(evil, SANDBOX) : `${place}:${evil.port}/`
      const { page } = await openPage(test, browser, url)
      const frame = page.frames().at(-1) ?? page.mainFrame()
      const wanted: string[] = []
      for (const [script, paths, foreign, fromOwn] of ATTACKS) {
        const [learns, ...line] = (own ? fromOwn : foreign).split(' ')
        wanted.push(...paths.map(path => line.toSpliced(1, 0, path).join(' ')))
        const run = `(async target => ${script})('${target}')`
        assert.equal(String(await frame.evaluate(run)), learns, script)
        assert.deepEqual(await overheard(wanted.length), wanted.toSorted(), script)
      }
      await page.close()
      const is = await state(server)
      if (own) assert.deepEqual(is.names, ['default'])
      else assert.deepEqual(is, was)
      assert.deepEqual(await overheard(wanted.length), wanted.toSorted(), 'nothing came later')
    })
  }

  it('frames neither the console nor a kept page, and loses a console that it opens', async test => {
    const { server, was } = await furnished(test)
    const evil = new URL(await listen(evilSite(), test))
    const target = `http://localhost:${server.port}`
    const FRAMES = { console: '/', kept: `/runs/${was.results[0].id}?format=html`, health: '/health' }
    const frames = Object.entries(FRAMES).map(([name, path]) => `<iframe name=${name} src="${target}${path}"></iframe>`)
    evil.hostname = 'localhost'
    const { page } = await openPage(test, browser, saying(evil, frames.join('')))
    // A frame that moves to another process is gone for a moment.
    const shown = () => Object.keys(FRAMES).map(name => page.frame({ name })?.url())
    for (let i = 0; i < 100 && shown().some(url => !url); i += 1) await page.waitForTimeout(50)
    assert.deepEqual(shown(), ['chrome-error://chromewebdata/', 'chrome-error://chromewebdata/', `${target}/health`])

    const open = async (url: string) => {
      const [popup] = await Promise.all([page.waitForEvent('popup'), page.evaluate(`opened = open('${url}'), 0`)])
      await popup.waitForURL(url)
      return page.evaluate(LOOK)
    }
    assert.equal(await open(`${evil.origin}/`), 'evil')
    assert.equal(await open(`${target}/health`), 'SecurityError')
    assert.equal(await open(`${target}/`), true, 'to its opener it is closed')
  })

  it('reads the catalog and the marks of its failures, which are for everybody', async test => {
    const server = await startTestServer(test, { settings: { failRate: 100 } })
    const evil = new URL(await listen(evilSite(), test))
    const { page } = await openPage(test, browser, `http://attacker.example:${evil.port}/`)
    const ask = () =>
      page.evaluate(`fetch('${server.url}/catalogs/155568600', { headers: { 'X-Chaos-Key': 'a' } })
        .then(async it => [it.status, it.headers.get('X-Chaos-Fault'), (await it.json()).code])`)
    assert.deepEqual(await ask(), [500, 'status; rate=100; draw=0.64', undefined])
    await control(server)('PUT', '/chaos/fail-rate', { failRate: 0 })
    assert.deepEqual(await ask(), [200, null, '155568600'])
  })
})
