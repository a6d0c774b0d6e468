/** Prometheus: what is scraped is what was counted. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readJson } from '../../support/json.ts'
import { startTestServer } from '../../support/server.ts'

/** The samples of an exposition text by name and labels. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

const scrape = async (url: string) => {
  const answer = await fetch(`${url}/metrics`)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  return answer.text()
}

describe('GET /metrics', () => {
  it('counts what the statistics count', async test => {
    const server = await startTestServer(test, { settings: { failRate: 50 } })
    for (let i = 0; i < 40; i += 1) await (await fetch(`${server.url}/catalogs/155568600`)).text()
    for (let i = 0; i < 3; i += 1)
      await (await fetch(`${server.url}/catalogs`, { headers: { 'x-chaos-session': 'ana' } })).text()
    const stats = (await readJson(await fetch(`${server.url}/chaos/stats`))) as { outcomes: Record<string, number> }
    const metrics = samples(await scrape(server.url))
    for (const outcome of ['success', 'injected']) {
      const name = `flaky_catalog_requests_total{outcome="${outcome}",route="/catalogs/{code}"}`
      assert.equal(metrics.get(name), stats.outcomes[outcome])
    }
    assert.equal(metrics.get('flaky_catalog_faults_total{kind="status"}'), faultsOf(metrics))
    const count = (outcome: string) =>
      metrics.get(`flaky_catalog_request_duration_seconds_count{outcome="${outcome}"}`) ?? 0
    assert.equal(count('success') + count('injected'), 43)
    assert.equal(metrics.get('flaky_catalog_fail_rate_ratio'), 0.5)
    assert.equal(metrics.get('flaky_catalog_sessions'), 2)
    assert.equal(metrics.get('flaky_catalog_requests_in_flight'), 0)
    assert.ok([...metrics.keys()].some(name => name.startsWith('process_cpu_seconds_total')))
  })

  it('never goes back, though the statistics are set to zero', async test => {
    const server = await startTestServer(test)
    await (await fetch(`${server.url}/catalogs`)).text()
    await fetch(`${server.url}/chaos/stats`, { method: 'DELETE' })
    const metrics = samples(await scrape(server.url))
    assert.equal(metrics.get('flaky_catalog_requests_total{outcome="success",route="/catalogs"}'), 1)
  })

  it('has buckets that only grow, up to the count', async test => {
    const server = await startTestServer(test, {
      settings: { latency: { distribution: 'fixed', delay: '12ms', cap: '60s' } },
    })
    for (let i = 0; i < 5; i += 1) await (await fetch(`${server.url}/catalogs`)).text()
    const metrics = samples(await scrape(server.url))
    const buckets = [...metrics].filter(([name]) => name.startsWith('flaky_catalog_request_duration_seconds_bucket'))
    const counts = buckets.map(([, count]) => count)
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    )
    assert.equal(counts.at(-1), 5)
    assert.equal(metrics.get('flaky_catalog_request_duration_seconds_bucket{le="0.01",outcome="success"}'), 0)
    assert.ok((metrics.get('flaky_catalog_request_duration_seconds_sum{outcome="success"}') ?? 0) >= 0.055)
  })

  it('says for each metric what it is', async test => {
    const server = await startTestServer(test)
    const text = await scrape(server.url)
    const told = (word: string) =>
      new Set([...text.matchAll(new RegExp(`^# ${word} (\\S+)`, 'gm'))].map(([, name]) => name))
    assert.deepEqual(told('HELP'), told('TYPE'))
    for (const name of told('TYPE')) assert.match(name ?? '', /^[a-z][a-z0-9_]+$/)
  })

  it('keeps two servers in one process apart', async test => {
    const [one, two] = [await startTestServer(test), await startTestServer(test)]
    await (await fetch(`${one.url}/catalogs`)).text()
    const name = 'flaky_catalog_requests_total{outcome="success",route="/catalogs"}'
    assert.equal(samples(await scrape(one.url)).get(name), 1)
    assert.equal(samples(await scrape(two.url)).get(name), undefined)
  })
})

function faultsOf(metrics: Map<string, number>): number {
  return [...metrics].reduce((sum, [name, value]) => sum + (name.includes('outcome="injected",route') ? value : 0), 0)
}
