/** Packs the package, looks at what is in it, and uses it three ways: by `npx` of the packed file, installed, and installed for all folders. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { packageRoot, packageVersion } from '../../server/lib/package-root.ts'
import { Command, finish, npmError, OFFLINE, type Outcome, tail } from './command.ts'

const root = packageRoot(import.meta.url)
const version = packageVersion(root)
const folder = mkdtempSync(join(tmpdir(), 'flaky-pack-'))
/** The build of a native part on a loaded machine included. */
const mostMs = 15 * 60_000
const env = { ...process.env, npm_config_cache: join(folder, 'cache'), XDG_DATA_HOME: join(folder, 'share') }

let checks = 0
function check(what: string, ok: boolean, detail: unknown = ''): void {
  checks += 1
  if (ok) return
  console.log(`  FAILED: ${what} ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`)
  process.exitCode = 1
}

/** What a user needs: the programs, the types of the breaker and the simulation, the data, the page, and what to read. */
const WANTED =
  /^(dist\/(cli|server)\/.*\.js|dist\/(cli\/(breaker\/[\w/-]+|policy\/(engine|send)|report\/result|simulate\/(index|own-arm))|server\/(chaos\/settings\/schema|experiments\/spec|lib\/clock|runs\/result))\.d\.ts|data\/[\w.-]+\.json|data\/(lessons|scenarios|words|locust)\/[\w./-]+\.(json|py)|server\/console\/.*\.(js|css|html|svg)|\.env\.example|((cli|server)\/([\w/-]+\/)?)?README\.md|README\.pt-BR\.md|CHANGELOG\.md|LICENSE|package\.json)$/

/** The packed file, and the paths in it. */
async function pack(): Promise<{ file: string; paths: string[] }> {
  const packed = await finish('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, mostMs })
  if (packed.code !== 0) throw new Error(`npm pack ended with ${packed.code}\n${tail(packed.stderr)}`)
  const [entry] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [
    { filename: string; size: number; files: { path: string }[] },
  ]
  const paths = entry.files.map(({ path }) => path)
  const sources = new Set(['cli', 'server'].flatMap(part => under(part)))
  const stale = paths.filter(
    path => /^dist\/.*\.js$/.test(path) && !sources.has(path.slice(5)) && !sources.has(path.slice(5, -2).concat('ts')),
  )
  const odd = paths.filter(path => !WANTED.test(path))
  check('nothing is packed that no user needs', odd.length === 0, `${odd.length}: ${odd.slice(0, 5).join(' ')} …`)
  check('everything in dist has a source', stale.length === 0, stale)
  const missing = [...under('data/scenarios'), 'README.md', 'LICENSE', 'server/console/index.html'].filter(
    path => !paths.includes(path),
  )
  check('scenarios, licence and page are packed', missing.length === 0, missing)
  console.log(
    `pack: ${paths.length} files, ${Math.round(entry.size / 1024)} KB packed, ${odd.length} that nobody needs`,
  )
  return { file: join(folder, entry.filename), paths }
}

function under(part: string): string[] {
  return readdirSync(join(root, part), { recursive: true, encoding: 'utf8' }).map(name => `${part}/${name}`)
}

const CONTENT: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

/** The page as a browser loads it: every address that it, its styles and its scripts name. */
async function page(url: string, paths: readonly string[]): Promise<string> {
  const get = (path: string) => fetch(url + path, { headers: { accept: 'text/html' } })
  const home = await get('/')
  const html = await home.text()
  check('the page is HTML', home.status === 200 && /^text\/html/.test(home.headers.get('content-type') ?? ''))
  const queue = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, to = '']) => to)
  const bodies = new Map<string, Buffer>()
  for (const address of queue) {
    const answer = await get(address)
    const body = Buffer.from(await answer.arrayBuffer())
    bodies.set(address, body)
    const type = CONTENT[address.split('.').at(-1) ?? ''] ?? 'font/woff2'
    check(`${address} is served`, answer.status === 200 && (answer.headers.get('content-type') ?? '').startsWith(type))
    const text = /\.(js|css)$/.test(address) ? body.toString() : ''
    for (const [, to = ''] of text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|url\()["']([./][^"']+)["']/g)) {
      const { pathname } = new URL(to, `${url}${address}`)
      if (!queue.includes(pathname)) queue.push(pathname)
    }
  }
  const named = queue.map(address => address.replace('/console/', 'server/console/'))
  const orphans = paths.filter(path => /^server\/console\/.*\.(js|css|svg)$/.test(path) && !named.includes(path))
  check('every file that is packed for the page is named by it', orphans.length === 0, orphans)
  check('Inter is a font', bodies.get('/console/vendor/inter.woff2')?.toString('latin1', 0, 4) === 'wOF2')
  check('uPlot is a module', /export\s*\{[^}]*default/.test(String(bodies.get('/console/vendor/uPlot.esm.js'))))
  check('uPlot has its styles', String(bodies.get('/console/vendor/uPlot.min.css')).includes('.u-wrap'))
  return `page of ${bodies.size} files, ${Math.round([...bodies.values()].reduce((sum, { length }) => sum + length, 0) / 1024)} KB`
}

/** One way to type `chaos`, a program with its first arguments, in the folder `cwd`: everything that the README's five minutes begin with. */
async function use(way: string, chaos: readonly string[], cwd: string, paths: readonly string[]): Promise<void> {
  const [program = '', ...first] = chaos
  const type = (...args: string[]) => finish(program, [...first, ...args], { cwd, env, mostMs })
  const asked = await type('--version')
  check(`${way} --version`, asked.code === 0 && asked.stdout === `${version}\n`, asked)
  const server = new Command(program, [...first, 'serve', '--port', '0'], { cwd, env })
  const [, url = ''] = await server.sees(/ is at (http:\S+)/, 60_000)
  const products = (await (await fetch(`${url}/catalogs`)).json()) as unknown[]
  check(`${way} serves products`, products.length === 20, products.length)
  const figures = await page(url, paths)

  const burst = await type('burst', '-u', url)
  const kept = /Kept as (\w+)\./.exec(burst.stdout + burst.stderr)?.[1] ?? ''
  check(`${way} burst keeps its run`, burst.code === 0 && kept !== '', burst)
  const { runs } = (await (await fetch(`${url}/runs`)).json()) as { runs: { id: string }[] }
  const id = runs[0]?.id ?? ''
  check('the server lists that run alone', runs.length === 1 && kept !== '' && id.startsWith(kept), runs)
  const run = (await (await fetch(`${url}/runs/${id}`)).json()) as { arms: { outcomes: Record<string, number> }[] }
  const schema = JSON.parse(readFileSync(join(root, 'data', 'result.schema.json'), 'utf8')) as object
  check('the run is what its schema says', new Ajv2020({ strict: true, validateFormats: false }).validate(schema, run))
  check('a hundred requests went well', run.arms.length === 1 && run.arms[0]?.outcomes.success === 100, run.arms)
  const report = await (await fetch(`${url}/runs/${id}?format=html`)).text()
  check('the run has its page', report.startsWith('<!doctype html>') && report.includes('<svg'))

  server.signal('SIGINT')
  await server.ended
  const after = await fetch(`${url}/health`).then(
    () => 'it answers',
    () => 'gone',
  )
  const clean = server.stderr.includes('"msg":"closed"')
  check(`${way} serve ends cleanly by Ctrl-C`, clean && after === 'gone', `${after}\n${server.stderr}`)
  console.log(`  ${way}: ${version} in ${asked.seconds} s, ${products.length} products, ${figures}, run ${kept}`)
}

/** A program of a user's: it is compiled against the types that were packed, and runs. */
const PROGRAM = `
import { CircuitBreaker, CircuitOpenError, type CircuitSnapshot } from 'flaky-catalog/breaker'
const breaker = new CircuitBreaker({ failurePercentage: 50, minimumCalls: 4, openForMs: 1_000 })
const answers: string[] = []
const fails = async (): Promise<number> => { throw new Error('503') }
for (let call = 0; call < 6; call += 1)
  await breaker.run(fails).catch((error: unknown) => answers.push(error instanceof CircuitOpenError ? error.code : 'failed'))
const snapshot: CircuitSnapshot = breaker.snapshot()
// @ts-expect-error a call of numbers yields no string
const wrong: string = await breaker.run(async () => 1).catch(() => 2)
// @ts-expect-error an option's name is mistyped
const mistyped = () => new CircuitBreaker({ failurePercentge: 50 })
console.log(answers.join(), snapshot.state, typeof wrong, typeof mistyped)
`

async function library(cwd: string): Promise<void> {
  writeFileSync(join(cwd, 'use.mts'), PROGRAM)
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--types', '']
  const options = ['--target', 'es2022', '--module', 'nodenext', ...strict]
  const compiled = await finish(process.execPath, [tsc, 'use.mts', ...options], { cwd, mostMs })
  check('the types of flaky-catalog/breaker', compiled.code === 0, compiled)
  const ran = await finish(process.execPath, ['use.mjs'], { cwd, mostMs })
  const right = 'failed,failed,failed,failed,CIRCUIT_OPEN,CIRCUIT_OPEN open number function\n'
  check('flaky-catalog/breaker breaks', ran.stdout === right, ran)
  console.log(`  flaky-catalog/breaker: compiled in ${compiled.seconds} s, ${ran.stdout.trim()}`)
}

/** What npm says about scripts that it ran or did not run, and about anything else that is not well. */
const warnings = ({ stderr }: Outcome) => stderr.split('\n').filter(line => /^npm warn /.test(line))

try {
  const { file, paths } = await pack()
  const [guest, own] = ['guest', 'own'].map(name => join(folder, name)) as [string, string]
  for (const path of [guest, own]) mkdirSync(path)
  // A bare path is a program that npx runs, not a package.
  const guestChaos = ['npx', '--yes', `file:${file}`]
  const [npx = '', ...guestArguments] = guestChaos
  const first = await finish(npx, [...guestArguments, '--version'], { cwd: guest, env, mostMs })
  if (OFFLINE.test(npmError(first))) {
    console.log(`  SKIPPED the rest: npm has no network (${npmError(first)})`)
  } else {
    check('npx', first.code === 0, first)
    console.log(`  npx of the packed file: ${first.seconds} s with an empty cache`)
    for (const line of warnings(first)) console.log(`    ${line}`)
    await use('npx of the packed file', guestChaos, guest, paths)
    check('npx leaves its folder empty', readdirSync(guest).length === 0, readdirSync(guest))

    const installed = await finish('npm', ['install', file], { cwd: own, env, mostMs })
    check('npm install', installed.code === 0, installed)
    console.log(`  npm install: ${installed.seconds} s`)
    for (const line of warnings(installed)) console.log(`    ${line}`)
    await use('npx chaos, installed', ['npx', '--no-install', 'chaos'], own, paths)
    await library(own)

    const prefix = join(folder, 'global')
    const global = await finish('npm', ['install', '--global', '--prefix', prefix, file], { cwd: guest, env, mostMs })
    check('npm install --global', global.code === 0, global)
    await use('chaos, installed for all folders', [join(prefix, 'bin', 'chaos')], guest, paths)
  }
  console.log(`  ${checks} checks`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
