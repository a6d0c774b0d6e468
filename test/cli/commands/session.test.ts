/** Sessions from the command line: made, listed, removed, and what a comparison takes from one. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

describe('session', () => {
  it('makes, lists and removes', async t => {
    const server = await startTestServer(t)
    const at = ['-u', server.url]
    const made = await chaos(['session', 'new', 'ana', ...at])
    assert.deepEqual([made.code, made.stderr], [0, ''])
    assert.match(made.stdout, /^made ana; .*export CHAOS_SESSION=ana/)
    const drawn = JSON.parse((await chaos(['session', 'new', '--json', ...at])).stdout) as { id: string }
    assert.match(drawn.id, /^lab-/)
    const { stdout } = await chaos(['session', 'ls', ...at])
    for (const name of ['default', 'ana', drawn.id])
      assert.match(stdout, new RegExp(`^${name} .* 0 requests, 0 under way`, 'm'))
    assert.equal((await chaos(['session', 'rm', 'ana', drawn.id, ...at])).stdout, `removed ana, ${drawn.id}\n`)
    assert.equal((await chaos(['session', 'rm', 'ana', ...at])).code, 3)
    const left = JSON.parse((await chaos(['session', 'ls', '--json', ...at])).stdout) as { sessions: unknown[] }
    assert.equal(left.sessions.length, 1)
  })

  it('has a name for people, beside an id that is drawn or typed', async t => {
    const server = await startTestServer(t)
    const at = ['-u', server.url]
    const made = await chaos(['session', 'new', '--name', ' Jose\u0301  Silva ', ...at])
    const [, id = ''] =
      /^made ([0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}), José Silva; .*CHAOS_SESSION=\1/.exec(made.stdout) ?? []
    assert.notEqual(id, '', made.stdout + made.stderr)
    const typed = JSON.parse((await chaos(['session', 'new', 'ana', '--name', 'Ana', '--json', ...at])).stdout)
    assert.deepEqual([typed.id, typed.name], ['ana', 'Ana'])
    const { stdout } = await chaos(['session', 'ls', ...at])
    assert.match(stdout, new RegExp(`^${id} .*, José Silva$`, 'm'))
    assert.match(stdout, /^ana .*, Ana$/m)
  })

  for (const [name, says] of [
    [' ', /type a name that can be seen, such as José/],
    ['a'.repeat(41), /type at most 40 characters/],
    ['Ana\u001b[31m', /leave out control characters/],
  ] as const) {
    it(`takes no ${JSON.stringify(name)} for a name, and says what to type`, async t => {
      const server = await startTestServer(t)
      const { code, stdout, stderr } = await chaos(['session', 'new', '--name', name, '-u', server.url])
      assert.deepEqual([code, stdout], [2, ''], stderr)
      assert.match(stderr, says)
      assert.equal(server.chaos.control.sessions.list().length, 1)
    })
  }
})

describe('a comparison in a session', () => {
  const QUICK = ['-n', '40', '-c', '20', '--every', '10ms', '--json', '--no-keep']

  it('has arms of its own that begin with its settings', async t => {
    const server = await startTestServer(t)
    const at = ['-u', server.url, '--session', 'ana']
    await chaos(['session', 'new', 'ana', '-u', server.url])
    await chaos(['rate', '100', ...at])
    for (const command of [
      ['compare', '--arms', 'none,retry(1)'],
      ['burst', '--outage', '20s-21s'],
    ]) {
      const result = documentOf(await chaos([...command, ...QUICK, ...at]))
      assert.ok(result.arms.every(arm => arm.outcomes.failed === 40))
      assert.deepEqual(result.failRate, { atStart: 100, atEnd: 100 })
      assert.equal(result.conditions?.failRate, 100)
      assert.equal(result.pairs === null, command[0] === 'burst')
    }
    const plain = documentOf(await chaos(['compare', ...QUICK, '-u', server.url]))
    assert.equal(plain.arms[0]?.outcomes.success, 40)
  })

  it('that is not there is said, and so is a target that knows none', async t => {
    const server = await startTestServer(t)
    const gone = await chaos(['compare', ...QUICK, '-u', server.url, '--session', 'nobody'])
    assert.deepEqual([gone.code, gone.stdout], [3, ''])
    assert.match(gone.stderr, /There is no session "nobody"/)
  })

  it('that is not there is made by a burst, which says so; every other command says how to make it', async t => {
    const server = await startTestServer(t)
    const at = (session: string) => ['-u', server.url, '--session', session]
    await chaos(['session', 'new', 'workshop', '-u', server.url])
    const typo = await chaos(['burst', ...QUICK, ...at('worksop')])
    assert.equal(typo.code, 0)
    assert.match(typo.stderr, /had no session "worksop": it makes it now, .* Did you mean "workshop"\?/)
    for (const session of ['workshop', 'worksop', 'default'])
      assert.doesNotMatch((await chaos(['burst', ...QUICK, ...at(session)])).stderr, /no session/)
    for (const command of [['status'], ['rate', '5'], ['reset'], ['scenario', 'run', 'blackout']]) {
      const { code, stderr } = await chaos([...command, ...at('nobody')])
      assert.equal(code, 3, stderr)
      assert.match(stderr, /There is no session "nobody": make it with npx chaos session new nobody/)
    }
  })
})

it('refusals of the server name commands', async t => {
  const { url } = await startTestServer(t)
  const type = async (...typed: string[]) => (await chaos(['session', ...typed, '-u', url])).stderr
  await type('new', 'ana')
  assert.match(await type('new', 'ana'), /"ana" already: npx chaos session rm ana removes it/)
  assert.match(await type('rm', 'bob'), /no session "bob": npx chaos session ls lists them/)
})

describe('the word for arms', () => {
  it('is --arm and --arms alike', async t => {
    const server = await startTestServer(t)
    const names = async (typed: string) => {
      const ran = await chaos([...typed.split(' '), '-n', '5', '--json', '--no-keep', '-u', server.url])
      return documentOf(ran).arms.map(arm => arm.name)
    }
    assert.deepEqual(await names('burst --arms retry'), ['retry'])
    assert.deepEqual(await names('burst --arm retry'), ['retry'])
    assert.deepEqual(await names('compare --arm none,retry'), ['none', 'retry'])
  })
})
