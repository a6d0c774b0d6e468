/** Every lesson at a real server, at its own pace: its checks come true there too. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readLessons } from '../../../server/lessons/lessons.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

/** Batches leave every 100 ms: a process that stands still for longer shows something else. */
const MAX_LAG_MS = 100

for (const { name, steps } of readLessons()) {
  it(`the lesson ${name} comes out at a real server`, async t => {
    const server = await startTestServer(t)
    const { code, stdout } = await chaos(['lesson', name, '--yes', '--json', '--no-keep', '-u', server.url])
    const played = JSON.parse(stdout).steps as { result: { load: { lagMs: { max: number } } }; answer: number | null }[]
    const lagMs = Math.max(...played.map(({ result }) => result.load.lagMs.max))
    const asked = steps.filter(({ experiment }) => experiment)
    const unanswered = asked.filter(({ question }, index) => question && played[index]?.answer === null)
    if (lagMs > MAX_LAG_MS && (code !== 0 || unanswered.length > 0)) {
      t.skip(`this process was held up for ${Math.round(lagMs)} ms: the machine is too busy to tell`)
      return
    }
    assert.equal(code, 0, stdout)
    assert.deepEqual(unanswered, [])
  })
}
