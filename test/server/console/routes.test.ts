/** How the console is served: the right types, strict headers, nothing beyond its own files. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs, { readdirSync, readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ROOT } from '../../support/project.ts'
import { startTestServer } from '../../support/server.ts'

const server = await startTestServer({ after })
const folder = join(ROOT, 'server', 'console')
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })

/** The status line of a request whose path no client would send. */
function raw(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`)
    })
    let text = ''
    socket.on('data', chunk => {
      text += chunk
    })
    socket.on('end', () => resolve(text.split('\r\n')[0] ?? ''))
    socket.on('error', reject)
  })
}

describe('GET /', () => {
  it('is the page for a browser and the index for everybody else', async () => {
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
    const cases: [string, string][] = [
      [browser, 'text/html; charset=utf-8'],
      ['text/html', 'text/html; charset=utf-8'],
      ['*/*', 'application/json'],
      ['application/json', 'application/json'],
    ]
    for (const [accept, type] of cases) {
      const answer = await get('/', { accept })
      assert.equal(answer.headers.get('content-type'), type, accept)
      assert.match(answer.headers.get('vary') ?? '', /accept/i)
      await answer.text()
    }
  })

  it('lets the page do nothing but load from here', async () => {
    const answer = await get('/', { accept: 'text/html' })
    const policy = answer.headers.get('content-security-policy') ?? ''
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(rule), rule)
    }
    assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    const html = await answer.text()
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style/i)
    assert.doesNotMatch(html, /(?:src|href)="(?!\/)/)
  })
})

describe('GET /console/…', () => {
  it('serves every file that the page is made of', async () => {
    const types: Record<string, string> = {
      js: 'text/javascript',
      css: 'text/css',
      svg: 'image/svg+xml',
      woff2: 'font/woff2',
    }
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    for (const file of files) {
      const type = types[/\.(\w+)$/.exec(file)?.[1] ?? '']
      if (!type) continue
      const answer = await get(`/console/${file}`)
      assert.equal(answer.status, 200, file)
      assert.ok(answer.headers.get('content-type')?.startsWith(type), file)
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), readFileSync(join(folder, file)), file)
    }
  })

  it('serves every module and style that one of them names', async () => {
    const seen = new Set<string>()
    const visit = async (path: string): Promise<void> => {
      if (seen.has(path)) return
      seen.add(path)
      const answer = await get(path, { accept: 'text/html' })
      assert.equal(answer.status, 200, path)
      const text = await answer.text()
      const names = [
        ...text.matchAll(/(?:src|href)="(\/[^"]+)"/g),
        ...(path.endsWith('.js') && !path.includes('vendor')
          ? text.matchAll(/^(?:import|export) .*?from '(\.[^']+)'/gms)
          : []),
        ...text.matchAll(/url\("(\/[^"]+)"\)/g),
      ]
      for (const [, name] of names) await visit(new URL(name ?? '', `http://x${path}`).pathname)
    }
    await visit('/')
    assert.ok(seen.size > 30, `only ${seen.size}`)
  })

  it('answers 304 to who has it already', async () => {
    const first = await get('/console/main.js')
    const etag = first.headers.get('etag') ?? ''
    await first.text()
    assert.match(etag, /^"[\w-]+"$/)
    assert.equal((await get('/console/main.js', { 'if-none-match': etag })).status, 304)
    assert.equal((await get('/console/main.js', { 'if-none-match': '"other"' })).status, 200)
  })

  it('names a file by its content', async () => {
    const etags = new Map<string, string>()
    for (const file of ['main.js', 'index.html', 'css/base.css']) {
      const answer = await get(`/console/${file}`)
      await answer.text()
      etags.set(answer.headers.get('etag') ?? '', file)
      const digest = createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('base64url')
      assert.equal(answer.headers.get('etag'), `"${digest.slice(0, 22)}"`)
    }
    assert.equal(etags.size, 3)
  })

  it('serves its files though none can be opened any more', async test => {
    const other = await startTestServer(test)
    const full = (): never => {
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
    }
    const opening = ['readFileSync', 'readdirSync', 'openSync', 'readFile', 'open', 'createReadStream'] as const
    for (const name of opening) test.mock.method(fs, name, full)
    syncBuiltinESMExports()
    try {
      assert.throws(() => readFileSync(join(folder, 'main.js')), /EMFILE/)
      for (const path of ['/', '/console/main.js', '/console/css/base.css', '/console/vendor/uPlot.esm.js']) {
        const answer = await fetch(`${other.url}${path}`, { headers: { accept: 'text/html' } })
        assert.equal(answer.status, 200, path)
        assert.ok((await answer.text()).length > 100, path)
      }
    } finally {
      test.mock.restoreAll()
      syncBuiltinESMExports()
    }
  })

  it('has the words of the reports', async () => {
    for (const language of ['en', 'pt-BR']) {
      const answer = await get(`/console/words/${language}.json`)
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8')
      assert.equal(((await answer.json()) as Record<string, unknown>).language, language)
    }
  })

  it('knows no other file', async () => {
    for (const path of [
      '/console/',
      '/console/nothing.js',
      '/console/jsconfig.json',
      '/console/vendor/uPlot.esm.d.ts',
    ]) {
      assert.equal((await get(path)).status, 404, path)
    }
    const paths = [
      '/console/../server.ts',
      '/console/..%2fserver.ts',
      '/console/%2e%2e/server.ts',
      '/console//etc/passwd',
      '/console/..\\server.ts',
    ]
    for (const path of paths) assert.match(await raw(path), /^HTTP\/1\.1 40[04] /, path)
  })

  it('says which methods are possible', async () => {
    const answer = await fetch(`${server.url}/console/main.js`, { method: 'POST' })
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS')
    const head = await fetch(`${server.url}/console/main.js`, { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), String(readFileSync(join(folder, 'main.js')).length))
  })
})
