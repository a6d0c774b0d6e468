/** What every route keeps: problems, methods, and the routes that speak of the server itself. */

import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import express from 'express'
import { jsonBody } from '../../server/http/json.ts'
import { Problem, problemHandler } from '../../server/http/problem.ts'
import { createServer, requestIdOf } from '../../server/http/server.ts'
import { type ProblemBody, readJson } from '../support/json.ts'
import { listen } from '../support/listen.ts'
import { startTestServer } from '../support/server.ts'

const server = await startTestServer({ after })
const call = (method: string, path: string, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, { ...init, method })

/** Checks that an answer is a problem, and returns it. */
async function problemOf(response: Response, status: number) {
  assert.equal(response.status, status)
  assert.equal(response.headers.get('Content-Type'), 'application/problem+json')
  const problem = await readJson<ProblemBody>(response)
  assert.equal(problem.type, 'about:blank')
  assert.equal(problem.status, status)
  assert.ok(problem.title.length > 0 && problem.detail.length > 10)
  return problem
}

describe('known paths', () => {
  const READ = 'GET, HEAD, OPTIONS'
  for (const [path, allow] of [
    ['/catalogs', READ],
    ['/catalogs/155568600', READ],
    ['/catalogs/nothing', READ],
    ['/health', READ],
    ['/ready', READ],
    ['/', READ],
    ['/chaos/fail-rate', null],
    ['/chaos', null],
    ['/chaos/stats', null],
  ] as const) {
    for (const method of ['PROPFIND', 'POST'] as const) {
      if (method === 'POST' && allow === null) continue
      it(`answer 405 with Allow to ${method} ${path}`, async () => {
        const response = await call(method, path)
        const problem = await problemOf(response, 405)
        assert.match(
          response.headers.get('Allow') ?? '',
          allow === null ? /GET, HEAD, .*OPTIONS/ : new RegExp(`^${READ}$`),
        )
        assert.ok(problem.detail.startsWith(method))
      })
    }
    it(`answer 204 with Allow to OPTIONS ${path}`, async () => {
      const response = await call('OPTIONS', path)
      assert.equal(response.status, 204)
      assert.match(response.headers.get('Allow') ?? '', /GET, HEAD/)
      assert.equal(await response.text(), '')
    })
    it(`answer HEAD ${path} without a body`, async () => {
      assert.equal(await (await call('HEAD', path)).text(), '')
    })
  }
})

describe('unknown paths', () => {
  for (const path of [
    '/nothing',
    '/catalogs/a/b',
    '/catalog',
    '/Catalogs',
    '/chaos/nothing',
    '/favicon.ico',
    '/..%2f',
  ]) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      it(`answer 404 to ${method} ${path}`, async () => {
        const problem = await problemOf(await call(method, path), 404)
        assert.match(problem.detail, /lists|use|GET/)
      })
    }
  }
})

describe('bad percent-encoding', () => {
  for (const path of ['/catalogs/%', '/catalogs/%zz', '/catalogs/%ff', '/catalogs/a%c3']) {
    it(`in ${path} is 400, and says what to write`, async () => {
      const problem = await problemOf(await call('GET', path), 400)
      assert.match(problem.detail, /percent-encoding.*%25/)
    })
  }
})

describe('bodies', () => {
  const put = (body: RequestInit['body'], type: string | null) =>
    call('PUT', '/chaos/fail-rate', { body: body ?? null, headers: type === null ? {} : { 'Content-Type': type } })

  for (const [what, body, type, status] of [
    ['no JSON', '{"failRate":', 'application/json', 400],
    ['nothing', null, 'application/json', 400],
    ['another type', 'failRate=1', 'application/x-www-form-urlencoded', 415],
    ['text', '{"failRate":1}', 'text/plain', 415],
    ['an unknown charset', '{"failRate":1}', 'application/json; charset=klingon', 415],
    ['too much', JSON.stringify({ failRate: 1, x: 'x'.repeat(100_000) }), 'application/json', 413],
  ] as const) {
    it(`of ${what} are refused with ${status}`, async () => {
      await problemOf(await put(body, type), status)
    })
  }

  it('of an unknown encoding are refused with 415', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'rot13' }
    await problemOf(await call('PUT', '/chaos/fail-rate', { body: '{"failRate":1}', headers }), 415)
  })

  it('change nothing when they are refused', () => assert.equal(server.chaos.settings().failRate, 0))
})

describe('the server about itself', () => {
  it('is healthy and ready', async () => {
    assert.deepEqual(await (await call('GET', '/health')).json(), { status: 'ok' })
    assert.deepEqual(await (await call('GET', '/ready')).json(), { ready: true })
  })

  it('lists what there is', async () => {
    const index = await readJson<{ name: string; links: Record<string, string> }>(await call('GET', '/'))
    assert.equal(index.name, 'flaky-catalog')
    for (const path of ['/catalogs', '/chaos', '/chaos/stats', '/chaos/fail-rate', '/health']) {
      assert.ok(Object.values(index.links).includes(path), path)
      assert.equal((await call('GET', path)).status, 200, path)
    }
  })

  it('gives nothing away in its headers', async () => {
    assert.equal((await call('GET', '/')).headers.get('X-Powered-By'), null)
  })
})

describe('the token', () => {
  it('is needed for changes, not for reading, and not for the catalog', async () => {
    const locked = await startTestServer({ after }, { token: 'a-long-secret' })
    const put = (authorization?: string) =>
      fetch(`${locked.url}/chaos/fail-rate`, {
        method: 'PUT',
        body: '{"failRate":50}',
        headers: { 'Content-Type': 'application/json', ...(authorization ? { authorization } : {}) },
      })
    for (const wrong of [undefined, 'Bearer wrong', 'Basic a-long-secret', 'Bearer']) {
      const response = await put(wrong)
      await problemOf(response, 401)
      assert.equal(response.headers.get('WWW-Authenticate'), 'Bearer')
    }
    assert.equal(locked.chaos.settings().failRate, 0)
    assert.equal((await fetch(`${locked.url}/chaos`)).status, 200)
    assert.equal((await fetch(`${locked.url}/catalogs`)).status, 200)
  })

  it('opens', async () => {
    const locked = await startTestServer({ after }, { token: 'secret-123' })
    const response = await fetch(`${locked.url}/chaos/fail-rate`, {
      method: 'PUT',
      body: '{"failRate":50}',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer secret-123' },
    })
    assert.equal(response.status, 200)
    assert.equal(locked.chaos.settings().failRate, 50)
  })
})

describe('errors that nobody foresaw', () => {
  const bugs: { error: unknown; id: string }[] = []
  const app = express()
  app.get('/throws', () => {
    throw new TypeError('secret detail')
  })
  app.get('/rejects', async () => {
    throw new TypeError('secret detail')
  })
  app.get('/headers', (_req, res) => {
    res.setHeader('Content-Encoding', 'gzip')
    throw new Error('after a header')
  })
  app.get('/problem', () => {
    throw new Problem(418, 'I am a teapot: ask for tea', { title: 'Teapot', headers: { 'X-Tea': 'green' } })
  })
  app.get('/begun', (_req, res) => {
    res.write('half')
    throw new Error('in the middle')
  })
  app.post('/body', jsonBody(10), (req: express.Request, res: express.Response) => void res.json(req.body))
  app.use(problemHandler((error, res) => bugs.push({ error, id: requestIdOf(res) })))
  const url = listen(createServer(app, 'bug'), { after })

  for (const path of ['/throws', '/rejects', '/headers']) {
    it(`become a plain 500 with a request id that the log has too (${path})`, async () => {
      const response = await fetch(`${await url}${path}`)
      const problem = await problemOf(response, 500)
      assert.doesNotMatch(JSON.stringify(problem), /secret|TypeError/)
      assert.equal(bugs.at(-1)?.id, response.headers.get('X-Request-Id'))
      assert.ok(bugs.at(-1)?.error instanceof Error)
    })
  }

  it('cut an answer that has begun', async () => {
    await assert.rejects(fetch(`${await url}/begun`).then(response => response.text()))
  })

  it('are not those that a handler throws on purpose', async () => {
    const count = bugs.length
    const response = await fetch(`${await url}/problem`)
    assert.equal((await problemOf(response, 418)).title, 'Teapot')
    assert.equal(response.headers.get('X-Tea'), 'green')
    assert.equal(bugs.length, count)
  })

  it('take JSON of any kind, up to the limit', async () => {
    const post = async (body: string) =>
      fetch(`${await url}/body`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })
    for (const body of ['1', 'null', '"x"', '[1,2]', '{"a":1}']) assert.equal(await (await post(body)).text(), body)
    await problemOf(await post(`"${'x'.repeat(20)}"`), 413)
  })
})
