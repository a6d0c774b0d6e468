/** Three server processes behind a balancer: a keyed request has the fate that one server alone would have given it. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { chaos } from '../cli/harness.ts'
import { readJson } from '../support/json.ts'
import { listen } from '../support/listen.ts'
import { run } from '../support/process.ts'

const REQUESTS = 10_000
const TOKEN = 'one-token-for-all-of-them'
const top = mkdtempSync(join(tmpdir(), 'flaky-set-'))
after(() => rmSync(top, { recursive: true }))

async function startServer(test: { after(end: () => void): void }): Promise<string> {
  const env = { FAIL_SEED: 'of the set', CHAOS_TOKEN: TOKEN, LOG_LEVEL: 'silent' }
  const server = run(test, { env, cwd: mkdtempSync(join(top, 'cwd-')), args: ['--port', '0', '--db', ':memory:'] })
  const [, url = ''] = await server.sees(/is at (http:\S+)/)
  return url
}

/** A balancer that hands each request to the next of the servers. */
function balancer(urls: readonly string[], agent: Agent) {
  let turn = 0
  return createServer((req, res) => {
    const upstream = urls[turn++ % urls.length] ?? ''
    // The server is called by its own name, as most balancers do.
    const { host: _, ...headers } = req.headers
    const call = request(upstream + req.url, { method: req.method, headers, agent }, answer => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    call.on('error', () => res.writeHead(502).end())
    req.pipe(call)
  })
}

/** What became of each keyed request, by its number: the status, and the fault with its draw. */
async function fates(url: string, agent: Agent): Promise<readonly string[]> {
  const seen: string[] = []
  let next = 0
  const send = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const headers = { 'X-Chaos-Key': `order-${index}`, 'X-Chaos-Attempt': String(index % 3) }
      const answered = (answer: IncomingMessage) => {
        seen[index] = `${answer.statusCode} ${answer.headers['x-chaos-fault'] ?? ''}`
        answer.resume().on('end', resolve).on('error', reject)
      }
      request(`${url}/catalogs/155568600`, { headers, agent }, answered).on('error', reject).end()
    })
  const worker = async () => {
    while (next < REQUESTS) await send(next++)
  }
  await Promise.all(Array.from({ length: 30 }, worker))
  return seen
}

it('10,000 keyed requests meet the same fates at three servers behind a balancer as at one', async t => {
  const agent = new Agent({ keepAlive: true, maxSockets: 30 })
  t.after(() => agent.destroy())
  const [one, ...set] = await Promise.all([1, 2, 3, 4].map(() => startServer(t)))
  assert.ok(one)
  const named = [one, ...set].flatMap(url => ['-u', url])
  const { code, stderr } = await chaos(['rate', '30', ...named], { env: { CHAOS_TOKEN: TOKEN } })
  assert.equal(code, 0, stderr)

  const alone = await fates(one, agent)
  const together = await fates(await listen(balancer(set, agent), t), agent)
  assert.deepEqual(together, alone)
  const failed = alone.filter(fate => fate.includes('draw=')).length
  assert.ok(failed > 0.28 * REQUESTS && failed < 0.32 * REQUESTS, `${failed} failed`)
  for (const url of set) {
    const { requests } = await readJson<{ requests: number }>(await fetch(`${url}/chaos/stats`))
    assert.ok(Math.abs(requests - REQUESTS / 3) <= 1, `${url} counted ${requests}`)
  }
})
