/** Serves the web console: static files out of the package, from memory, under headers that allow nothing else. */

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join, sep } from 'node:path'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { Problem, quote } from '../http/problem.ts'
import { resource } from '../http/resource.ts'

/** What the page may do: load what this origin serves, speak to it, and nothing else. uPlot styles through the CSSOM. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'X-DNS-Prefetch-Control': 'off',
  'X-Permitted-Cross-Domain-Policies': 'none',
  // The files of one version belong together: each is asked for again, and answered by 304 where it is the same.
  'Cache-Control': 'no-cache',
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** The page's own address of each file that comes from a package: the package, and the file's path in it. */
const VENDOR: Readonly<Record<string, readonly [string, string]>> = {
  'vendor/uPlot.esm.js': ['uplot', 'dist/uPlot.esm.js'],
  'vendor/uPlot.min.css': ['uplot', 'dist/uPlot.min.css'],
  'vendor/qrcode.js': ['qrcode-generator', 'dist/qrcode.mjs'],
  'vendor/inter.woff2': ['@fontsource-variable/inter', 'files/inter-latin-wght-normal.woff2'],
}

interface Asset {
  readonly body: Buffer
  readonly type: string
  readonly etag: string
}

/**
 * `GET /` and `GET /console/…`. The files are read here, once: they are served though no descriptor is left to open one with.
 * @param root the folder of the package: server/console lies in it
 * @param index answers `GET /` for a client that does not ask for HTML
 */
export function consoleRoutes(root: string, index: RequestHandler): Router {
  const router = express.Router({ caseSensitive: true })
  const assets = readAssets(join(root, 'server', 'console'), join(root, 'data', 'words'))

  const home: RequestHandler = (req, res, next) => {
    res.vary('Accept')
    if (req.accepts(['json', 'html']) === 'html') send(req, res, assets.get('index.html'))
    else index(req, res, next)
  }
  resource(router, '/', { get: home })
  resource(router, '/console/*path', {
    get: (req, res) => send(req, res, assets.get(req.path.slice('/console/'.length))),
  })
  return router
}

function send(req: Request, res: Response, asset: Asset | undefined): void {
  if (!asset) throw new Problem(404, `The console has no file ${quote(req.path)}: it begins at /`)
  res.set(HEADERS).set('ETag', asset.etag)
  if (req.headers['if-none-match'] === asset.etag) {
    res.status(304).end()
    return
  }
  res.set('Content-Type', asset.type).set('Content-Length', String(asset.body.length))
  res.end(req.method === 'HEAD' ? undefined : asset.body)
}

/**
 * Every file of the console by its address, and the words that the reports share with it. A path from a request only ever looks
 * here: it opens nothing.
 */
function readAssets(folder: string, words: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>()
  const add = (address: string, file: string, type = TYPES[extname(address)]): void => {
    if (!type) return
    const body = readFileSync(file)
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22)
    assets.set(address, { body, type, etag: `"${digest}"` })
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    add(name.split(sep).join('/'), join(folder, name))
  }
  for (const name of readdirSync(words)) {
    if (name.endsWith('.json')) add(`words/${name}`, join(words, name), 'application/json; charset=utf-8')
  }
  for (const [address, [name, file]] of Object.entries(VENDOR)) add(address, join(folderOf(name), file))
  return assets
}

/** Where a package lies; what it exports does not matter. */
function folderOf(name: string): string {
  const folders = (createRequire(import.meta.url).resolve.paths(name) ?? []).map(folder => join(folder, name))
  const found = folders.find(folder => existsSync(folder))
  if (found === undefined) throw new Error(`The package ${name} is not installed: run npm install`)
  return found
}
