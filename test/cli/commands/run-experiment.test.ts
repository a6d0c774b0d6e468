/** What burst and compare can be told: schedules, conditions, any URL, expectations; and what does not go together. */

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

async function recordingServer(t: { after(close: () => void): void }, host = '127.0.0.1') {
  const seen: { request: IncomingMessage; body: string }[] = []
  const connections = new Set<unknown>()
  const server = createServer((request, response) => {
    connections.add(request.socket)
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      if (request.url !== '/chaos') seen.push({ request, body })
      response.end('fine')
    })
  })
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, connections }
}

const sessions = async (url: string) =>
  ((await (await fetch(`${url}/chaos/sessions`)).json()) as { sessions: { id: string }[] }).sessions.map(({ id }) => id)

describe('any URL', () => {
  it('is asked exactly, with method, headers and body', async t => {
    const { url, seen } = await recordingServer(t)
    const typed = ['--header', 'X-One: 1', '--header', 'content-type: text/plain', '--body', 'hello', '-n', '3']
    const ran = await chaos(['burst', `${url}/some/path?q=1`, '--json', ...typed])
    assert.equal(ran.code, 0, ran.stderr)
    const { request, arms, target } = documentOf(ran)
    assert.equal(target, `${url}/some/path?q=1`)
    assert.deepEqual(request, {
      method: 'POST',
      path: '',
      codes: request?.codes,
      headers: { 'X-One': '1', 'content-type': 'text/plain' },
      body: 'hello',
      expectsJson: false,
    })
    assert.equal(arms[0]?.outcomes.success, 3)
    for (const { request, body } of seen) {
      assert.deepEqual(
        [request.method, request.url, request.headers['x-one'], body],
        ['POST', '/some/path?q=1', '1', 'hello'],
      )
    }
  })

  it('may hold the code, and a body may come from a file', async t => {
    const { url, seen } = await recordingServer(t)
    const path = join(tmpdir(), `chaos-body-${process.pid}`)
    await writeFile(path, 'from a file')
    const typed = ['--method', 'put', '--body-file', path, '--codes', 'a,b', '-n', '4', '-c', '1', '--every', '1ms']
    const { arms } = documentOf(await chaos(['burst', `${url}/things/{code}`, '--json', ...typed]))
    assert.equal(arms[0]?.outcomes.success, 4)
    assert.deepEqual(seen.map(({ request, body }) => `${request.method} ${request.url} ${body}`).sort(), [
      'PUT /things/a from a file',
      'PUT /things/a from a file',
      'PUT /things/b from a file',
      'PUT /things/b from a file',
    ])
  })

  it('is not asked on another machine without --allow-remote', async () => {
    for (const command of ['burst', 'compare']) {
      const { code, stderr } = await chaos([command, 'http://192.0.2.1/'])
      assert.equal(code, 2)
      assert.match(stderr, /another machine.*--allow-remote/)
    }
    const { stdout } = await chaos(['burst', '--help'])
    assert.match(stdout.replace(/\s+/g, ' '), /--allow-remote .*is an attack/)
  })

  it('is asked at every address of this machine', async t => {
    const { url } = await recordingServer(t, '0.0.0.0')
    const found = Object.values(networkInterfaces()).flatMap(each => each ?? [])
    for (const { address } of found.filter(({ family }) => family === 'IPv4')) {
      const { code, stderr } = await chaos(['burst', `http://${address}:${new URL(url).port}/`, '-n', '1', '--no-keep'])
      assert.equal(code, 0, `${address}: ${stderr}`)
    }
  })

  it('keeps its connections, or opens one for each call', async t => {
    const { url, connections } = await recordingServer(t)
    const slow = ['-n', '20', '-c', '1', '--every', '10ms', '--connections', '1']
    await chaos(['burst', url, ...slow])
    const kept = connections.size
    await chaos(['burst', url, '--no-keep-alive', ...slow])
    assert.ok(kept <= 3, `${kept}`)
    assert.ok(connections.size - kept >= 20, `${connections.size - kept}`)
  })

  it('has its own limits for heads and bodies', async t => {
    const silent = createServer(() => {})
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/x`
    const typed = ['--headers-timeout', '50ms', '--timeout', '60s', '-n', '2', '--json']
    const { arms } = documentOf(await chaos(['burst', url, ...typed]))
    assert.deepEqual(arms[0]?.failures, { timeout: 2 })
  })
})

describe('schedules', () => {
  for (const [typed, shape, requests] of [
    [['--rate', '200/s', '-n', '40'], { kind: 'rate', perSecond: 200 }, 40],
    [['--rate', '200/s', '--for', '200ms'], { kind: 'rate', perSecond: 200 }, 40],
    [['--rate', '400', '--poisson', '-n', '50'], { kind: 'poisson', perSecond: 400 }, 50],
    [['--ramp', '0-200/s@500ms'], { kind: 'ramp', fromPerSecond: 0, toPerSecond: 200, overMs: 500 }, 50],
    [
      ['--ramp', '0-200/s@200ms', '--for', '300ms'],
      { kind: 'ramp', fromPerSecond: 0, toPerSecond: 200, overMs: 200 },
      40,
    ],
    [['--closed', '-n', '30', '-c', '3'], { kind: 'closed' }, 30],
    [['-c', '5', '--every', '20ms', '--for', '100ms'], { kind: 'batches' }, 25],
  ] as const) {
    it(`${typed.join(' ')} sends ${requests}`, async t => {
      const server = await startTestServer(t)
      const { load, arms } = documentOf(await chaos(['burst', '-u', server.url, '--json', ...typed]))
      assert.deepEqual(load.schedule, shape)
      assert.equal(load.requests, requests)
      assert.equal(arms[0]?.outcomes.success, requests)
    })
  }

  for (const [typed, sentence] of [
    ['--rate 5 --closed', /two schedules/],
    ['--poisson', /--poisson needs/],
    ['--rate 5 -c 3', /no batches/],
    ['--ramp 0-5/s@1s --every 1s', /no batches/],
    ['--rate 5 -n 3 --for 1s', /choose one/],
    ['--closed --for 1s', /use -n/],
    ['--rate 0', /above 0/],
    ['--rate fast', /such as 200\/s/],
    ['--ramp 1-2', /such as 0-300\/s@30s/],
    ['--ramp 10-0/s@1s -n 500', /only 5 requests/],
    ['--outage 8s-2s', /before it begins/],
    ['--outage 200%@1s-2s', /not a rate/],
    ['--outage soon', /2s-8s/],
    ['--fail-rate 101', /not a rate/],
    ['--header nonsense', /a name and a value/],
    ['--body x --body-file y', /choose one/],
    ['--body-file /nowhere/at/all', /cannot be read/],
    ['--body-file /dev/zero', /longer than 64 MiB/],
    ['--breaker --arm retry', /--arm breaker/],
    ['--arm none,breaker', /chaos compare/],
    ['--expect usefull>=80', /usefull/],
    ['--expect useful', /not an expectation/],
  ] as const) {
    it(`"${typed}" is refused`, async () => {
      const { code, stdout, stderr } = await chaos(['burst', ...typed.split(' ')])
      assert.equal(code, 2, stderr)
      assert.equal(stdout, '')
      assert.match(stderr.replaceAll('\n', ' '), sentence)
    })
  }

  it('says which outage no request meets', async t => {
    const server = await startTestServer(t)
    const fire = (...typed: string[]) =>
      chaos(['burst', '-u', server.url, '-n', '20', '-c', '10', '--every', '100ms', '--no-keep', ...typed])
    const late = await fire('--outage', '5s-6s')
    assert.match(late.stderr, /^No request meets the outage that begins at 5s: the last one leaves at 100ms\. /)
    const met = await fire('--outage', '50ms-80ms', '--outage', '5s-6s')
    assert.match(met.stderr, /begins at 5s/)
    assert.equal((await fire('--outage', '50ms-80ms')).stderr, '')
  })

  it('warns that a closed loop compares badly', async t => {
    const server = await startTestServer(t)
    const { stdout } = await chaos(['compare', '-u', server.url, '--closed', '-n', '20', '-c', '2'])
    assert.match(stdout, /closed loop/)
    assert.match(stdout, /did\s+not meet the same load/)
  })
})

describe('conditions', () => {
  it('hold for the run alone', async t => {
    const server = await startTestServer(t)
    const typed = ['--fail-rate', '100', '-n', '20', '--json']
    for (const command of ['burst', 'compare']) {
      const { arms } = documentOf(await chaos([command, '-u', server.url, ...typed]))
      for (const arm of arms) assert.equal(arm.outcomes.success, 0)
    }
    assert.equal(server.chaos.settings().failRate, 0)
    assert.deepEqual(await sessions(server.url), ['default'])
  })

  it('say what a rate below one means', async t => {
    const server = await startTestServer(t)
    const run = async (rate: string) =>
      (await chaos(['burst', '-u', server.url, '-n', '5', '--fail-rate', rate])).stderr
    assert.equal(await run('0.5'), '0.5 means 0.5 percent; for 50 percent write 50\n')
    assert.equal(await run('0.5%'), '')
  })

  it('make outages at their time, for every arm, and know them as trouble', async t => {
    const server = await startTestServer(t)
    const typed = ['--outage', '300ms-600ms', '-n', '90', '-c', '1', '--every', '10ms', '--arms', 'none,timeout(9s)']
    const { arms, trouble } = documentOf(await chaos(['compare', '-u', server.url, '--json', ...typed]))
    assert.deepEqual(trouble, [{ fromMs: 300, toMs: 600, what: 'outage' }])
    for (const { outcomes } of arms) assert.ok(outcomes.failed > 0 && outcomes.success > 0, JSON.stringify(outcomes))
    assert.deepEqual(await sessions(server.url), ['default'])
  })

  it('are refused where nothing can be told to fail', async t => {
    const { url } = await recordingServer(t)
    const { code, stderr } = await chaos(['compare', '-u', url, '--fail-rate', '30'])
    assert.equal(code, 2)
    assert.match(stderr, /no flaky catalog/)
  })

  it('play a scenario with its load and its arms', async t => {
    const server = await startTestServer(t)
    const ran = await chaos(['compare', '-u', server.url, '--scenario', 'coin-flip', '-n', '100', '--json'])
    assert.equal(ran.code === 0 || ran.code === 99, true, ran.stderr)
    const { title, arms, load } = documentOf(ran)
    assert.match(title ?? '', /Coin flips/)
    assert.equal(load.requests, 100)
    assert.ok((arms[0]?.outcomes.failed ?? 0) > 10)
    assert.deepEqual(await sessions(server.url), ['default'])
    const unknown = await chaos(['compare', '-u', server.url, '--scenario', 'tornado'])
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /no scenario "tornado": the server has .*coin-flip/)
  })

  it('can be met by one arm after the other', async t => {
    const server = await startTestServer(t, { settings: { failRate: 50 } })
    const typed = ['--one-by-one', '-n', '60', '-c', '20', '--every', '10ms', '--arms', 'none,timeout(9s)', '--json']
    const { arms, pairs } = documentOf(await chaos(['compare', '-u', server.url, ...typed]))
    assert.deepEqual(arms[0]?.outcomes, arms[1]?.outcomes)
    assert.equal(pairs?.onlyA, 0)
    assert.equal(pairs?.onlyB, 0)
  })

  it('are met again and again with --repeat, with other fates each time', async t => {
    const server = await startTestServer(t, { settings: { failRate: 50 } })
    const typed = ['--repeat', '3', '-n', '40', '-c', '40', '--seed', 'r']
    const { repeats } = documentOf(await chaos(['compare', '-u', server.url, '--json', ...typed]))
    assert.deepEqual(
      repeats?.map(run => run.seed),
      ['r', 'r-r2', 'r-r3'],
    )
    assert.ok(new Set(repeats?.map(run => run.arms[0]?.wasted)).size > 1)
    const { stdout } = await chaos(['compare', '-u', server.url, ...typed])
    assert.match(stdout, /Over 3 runs, none: useful/)
  })

  it('begin after the warm-up, which counts nowhere', async t => {
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    const typed = ['--warmup', '25', '-n', '10', '-c', '10', '--json', '--session', 'lab']
    const { arms } = documentOf(await chaos(['burst', '-u', server.url, ...typed]))
    assert.deepEqual(arms[0]?.upstream, { calls: 10, wasted: 10 })
    const stats = (await (await fetch(`${server.url}/chaos/stats?session=lab`)).json()) as { requests: number }
    assert.equal(stats.requests, 10)
  })
})

describe('expectations', () => {
  it('decide over the exit code, each with its measured value', async t => {
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    const run = (...expect: string[]) =>
      chaos(['compare', '-u', server.url, '-n', '60', '-c', '20', ...expect.flatMap(text => ['--expect', text])])
    const good = await run('useful<=10%', 'breaker.wasted<none.wasted')
    assert.equal(good.code, 0, good.stderr)
    assert.match(good.stdout, /met +useful<=10%/)
    const bad = await run('useful>=80%', 'wasted<100')
    assert.equal(bad.code, 99)
    assert.match(bad.stdout, /failed +useful>=80% +measured .*0\.0 %/)
    assert.match(bad.stdout, /met +wasted<100/)
  })

  it('are in the document', async t => {
    const server = await startTestServer(t)
    const ran = await chaos(['burst', '-u', server.url, '--json', '--expect', 'useful>=80%'])
    assert.deepEqual(
      documentOf(ran).expectations?.map(({ text, passed }) => ({ text, passed })),
      [{ text: 'useful>=80%', passed: true }],
    )
  })
})

describe('what a run says of itself', () => {
  const text = async (line: string, url: string) => {
    const ran = await chaos([
      ...line.split(' '),
      ...(line.includes('http:') ? [] : ['-u', url]),
      '--no-keep',
      '--seed',
      's',
    ])
    assert.equal(ran.code, 0, ran.stderr)
    return { stdout: ran.stdout.replace(/\s+/g, ' '), stderr: ran.stderr }
  }

  it('counts what a bulkhead refuses as short-circuited: the calls that were made are the others', async t => {
    const server = await startTestServer(t)
    const line = [
      'compare',
      '-u',
      server.url,
      '--json',
      '--no-keep',
      '--arms',
      'none,bulkhead(3)',
      '-n',
      '100',
      '-c',
      '100',
    ]
    const guarded = documentOf(await chaos(line)).arms[1]
    assert.ok(guarded)
    const { outcomes, upstream, failures } = guarded
    assert.ok(outcomes.shortCircuited > 0)
    assert.deepEqual([outcomes.failed, failures], [0, {}])
    assert.equal(outcomes.shortCircuited, 100 - upstream.calls)
  })

  it('says that all had left before the circuit opened', async t => {
    const server = await startTestServer(t, { settings: { failRate: 70 } })
    const { stdout } = await text('compare -n 100 -c 100 --timeout 60s', server.url)
    assert.match(
      stdout,
      /The breaker changed nothing: .* All 100 calls had left before the circuit opened \(after .*\), so it refused none\./,
    )
    assert.ok(stdout.includes(`send them in batches: npx chaos compare --timeout 1m -u ${server.url}`), stdout)
    const burst = await text('burst --breaker --timeout 60s', server.url)
    assert.match(burst.stdout, /All 100 calls had left before the circuit opened/)
  })

  it('names a code that no product has, and an outage that it did not live to see', async t => {
    const server = await startTestServer(t)
    const missed = await text('burst --codes nope -n 50', server.url)
    assert.match(missed.stdout, /Note: 50 of 50 answers were 404: no product has the code "nope"\./)
    assert.match(missed.stdout, /All 50 requests were answered 404/)
    const early = await text('compare --outage 1s-4s -n 10', server.url)
    assert.match(
      early.stdout,
      /Note: The run ended at .* ms, before the outage \(1 s to 4 s\) began: .*; -n 600 would show it\./,
    )
  })

  it('leads to the same server, and says where nothing is made to fail', async t => {
    const server = await startTestServer(t)
    const { stdout } = await text('burst -n 5', server.url)
    assert.ok(stdout.includes(`Now make it fail: npx chaos rate 70 -u ${server.url}`), stdout)
    const { stderr } = await text(`burst ${server.url}/health -n 5`, server.url)
    assert.match(stderr, /^Nothing is made to fail at http:.*\/health: only what lies under \/catalogs is\.\n$/)
    assert.equal((await text(`burst ${server.url}/catalogs/155568600 -n 5`, server.url)).stderr, '')
  })
})
