/** The documents lead where they say: every link, every anchor, and every command that they name is there. */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../server/lib/package-root.ts'
import { chaos } from './cli/harness.ts'

const ROOT = packageRoot(import.meta.url)

const pages = ['README.md', 'README.pt-BR.md', 'CHANGELOG.md']
  .filter(name => existsSync(join(ROOT, name)))
  .concat(
    ...['server', 'cli'].map(folder =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('README.md'))
        .map(name => join(folder, name)),
    ),
  )

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8')

/** The anchors that a page's headings get on the web. */
function anchors(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('the top level has one README, and every folder that has one is linked from it', () => {
  const linked = [...read('README.md').matchAll(/\]\(([^)#]+README\.md)/g)].map(([, path = '']) => path)
  const beside = pages.filter(page => page.includes('/'))
  assert.deepEqual([...new Set(linked)].sort(), beside.sort())
  assert.ok(beside.length >= 6)
})

test('the map of the folders names those that there are', () => {
  const [, map = ''] = /^## The house\n+```\n(.*?)```/ms.exec(read('README.md')) ?? []
  const named = [...map.matchAll(/(?:^| {2,})([a-z-]+)\/ /gm)].map(([, name]) => name)
  const folders = (path: string): string[] =>
    readdirSync(join(ROOT, path), { withFileTypes: true })
      .filter(entry => entry.isDirectory() && readdirSync(join(ROOT, path, entry.name)).length > 0)
      .map(({ name }) => name)
  const there = ['server', 'cli', 'server/chaos'].flatMap(folders)
  assert.deepEqual(named.sort(), ['server', 'cli', 'data', 'test', ...there].sort())
})

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, () => {
    for (const [link, path = '', anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path))
      assert.ok(existsSync(join(ROOT, target)), `${link}: there is no ${target}`)
      if (anchor) assert.ok(anchors(target).includes(anchor), `${link}: ${target} has no such heading`)
    }
  })

  test(`the commands that ${page} names are there`, async () => {
    const named = [...read(page).matchAll(/(?:npx |`)chaos ([a-z]+)/g)].map(([, name = '']) => name)
    for (const name of new Set(named)) {
      if (name === 'serve') continue
      const { code } = await chaos([name, '--help'])
      assert.equal(code, 0, `chaos ${name}`)
    }
    const scripts = JSON.parse(read('package.json')).scripts as Record<string, string>
    for (const [, name = ''] of read(page).matchAll(/npm run ([a-z:-]+)/g)) {
      if (name !== '') assert.ok(name in scripts || name === '-', `npm run ${name}`)
    }
  })
}
