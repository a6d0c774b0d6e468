/** The programs that the page offers run as they are, in the session that they name. */

import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { clientSnippets } from '../../../server/console/model/client-snippets.js'
import { pythonWith } from '../../support/python.ts'
import { startTestServer } from '../../support/server.ts'

/** How each is run, and whether this machine can. */
const RUNNERS: Readonly<Record<string, { file: string; command: readonly string[]; check: readonly string[] }>> = {
  ...python('python', 'httpx'),
  ...python('lasier', 'httpx, lasier'),
  javascript: { file: 'client.mjs', command: [process.execPath], check: [process.execPath, '--version'] },
  go: { file: 'client.go', command: ['go', 'run'], check: ['go', 'version'] },
  java: { file: 'Client.java', command: ['java'], check: ['javac', '-version'] },
  curl: { file: 'client.sh', command: ['sh'], check: ['curl', '--version'] },
}

function python(id: string, modules: string): typeof RUNNERS {
  const found = pythonWith(modules)
  return found ? { [id]: { file: 'client.py', command: [found], check: [found, '--version'] } } : {}
}

const can = ([program = '', ...args]: readonly string[]) => spawnSync(program, args).status === 0

describe('a client to begin with', () => {
  for (const { id, name } of clientSnippets('http://127.0.0.1:1', 'ana')) {
    const runner = RUNNERS[id]
    it(`runs as it is: ${name}`, {
      skip: (!runner || !can(runner.check)) && 'this machine cannot run it',
    }, async test => {
      assert.ok(runner)
      const server = await startTestServer(test)
      const folder = mkdtempSync(join(tmpdir(), 'client-'))
      test.after(() => rmSync(folder, { recursive: true }))
      const file = join(folder, runner.file)
      writeFileSync(file, clientSnippets(server.url, 'ana').find(each => each.id === id)?.code ?? '')
      const [program = '', ...args] = runner.command
      const { stdout } = await promisify(execFile)(program, [...args, file])
      assert.deepEqual(
        stdout.trim().split('\n'),
        Array.from({ length: 100 }, () => '200'),
      )
      assert.equal(server.chaos.control.sessions.get('ana')?.arrivals, 100)
    })
  }

  it('is Python where it says so', { skip: !can(['python3', '--version']) }, () => {
    for (const { id, code } of clientSnippets('http://127.0.0.1:1', 'ana')) {
      if (id !== 'python' && id !== 'lasier') continue
      const { status, stderr } = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
        input: code,
      })
      assert.equal(status, 0, String(stderr))
    }
  })

  it('names no session where that is the one of everybody', () => {
    for (const { code } of clientSnippets('http://127.0.0.1:1', 'default')) assert.doesNotMatch(code, /X-Chaos-Session/)
  })
})
