/** Lesson 9 with a real Redis: its circuit lives there, and where none answers the lesson says so and shows what it would. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { it } from 'node:test'
import { freePort } from '../../support/free-port.ts'
import { RedisServer, withoutRedis } from '../../support/redis.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

/** What a Redis answers to one command. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${command}\r\n`))
    socket.setEncoding('utf8').once('error', reject)
    socket.once('data', text => {
      socket.destroy()
      resolve(String(text))
    })
  })
}

/** What this process may be held up by before it shows something else. */
const checksOf = (stdout: string) => /Not as expected|came out in another way/.test(stdout)

it('plays with the circuit in Redis where one is named', { skip: withoutRedis, timeout: 120_000 }, async test => {
  const redis = await RedisServer.start()
  test.after(() => redis.kill())
  const server = await startTestServer(test)
  for (const how of ['flag', 'variable'] as const) {
    const named = how === 'flag' ? ['--store', redis.url] : []
    const env = how === 'variable' ? { REDIS_URL: redis.url } : {}
    const args = ['lesson', 'one-circuit', '--yes', '--no-keep', '-u', server.url, ...named]
    const { code, stdout, stderr } = await chaos(args, { env, columns: 120 })
    assert.match(stdout, new RegExp(`The circuit lives in Redis at 127\\.0\\.0\\.1:${redis.port}\\.`))
    assert.equal(stderr, '')
    if (!checksOf(stdout)) assert.equal(code, 0, stdout)
    assert.match(await ask(redis.port, 'KEYS flaky-catalog-lesson-*'), /flaky-catalog-lesson-\w+:circuit:breaker/)
    await ask(redis.port, 'FLUSHALL')
  }
})

it('says where no Redis answers, and plays all the same', { timeout: 120_000 }, async test => {
  const server = await startTestServer(test)
  const args = [
    'lesson',
    '9',
    '--yes',
    '--no-keep',
    '-u',
    server.url,
    '--store',
    `redis://127.0.0.1:${await freePort()}`,
  ]
  const { code, stdout } = await chaos([...args, '--lang', 'pt-BR'], { columns: 120 })
  assert.match(stdout, /Nenhum Redis responde em 127\.0\.0\.1:\d+/)
  if (!/saiu diferente/.test(stdout)) assert.equal(code, 0, stdout)
})
