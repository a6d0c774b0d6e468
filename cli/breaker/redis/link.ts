/** The connection to Redis: two scripts, no queue, and an answer or an error for every call. */

import { acquireScript, settleScript } from './scripts.ts'

/** What a shared circuit needs of Redis. Every promise settles; a link without a connection rejects at once. */
export interface RedisLink {
  /** Runs the acquire script with two keys and its arguments. */
  acquire(key: string, holdKey: string, ...args: string[]): Promise<unknown>
  /** Runs the settle script with two keys and its arguments. */
  settle(key: string, holdKey: string, ...args: string[]): Promise<unknown>
  /** Calls `listener` each time the connection has become usable, until the returned function is called. */
  onReady(listener: () => void): () => void
  /** What is wrong with the connection, null where it stands. */
  error(): string | null
  close(): void
}

/** How often a server that refuses writes is connected to anew, in milliseconds. */
const RECONNECT_EVERY_MS = 1_000

/** A Redis client with the two scripts as commands. */
interface ScriptedRedis {
  circuitAcquire(key: string, holdKey: string, ...args: string[]): Promise<unknown>
  circuitSettle(key: string, holdKey: string, ...args: string[]): Promise<unknown>
}

/** An address that is none. */
export class RedisUrlError extends Error {
  override name = 'RedisUrlError'
}

/**
 * The address, checked: `redis://` or, over TLS, `rediss://`, with the number of a database as its path.
 * @throws {RedisUrlError} saying what to type instead; a password is not repeated.
 */
export function redisUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const shown = shownUrl(text)
  if (/sentinel:/i.test(text.split('//')[0] ?? '') || /^rediss?:\/\/[^/]*,/i.test(text))
    throw new RedisUrlError(`${shown}: Sentinel and Cluster are not asked here, write the address of the master`)
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:')
    throw new RedisUrlError(`${shown} is no address of Redis: write redis://localhost:6379`)
  const database = url.searchParams.get('db') ?? url.pathname.slice(1)
  if (!/^\d*$/.test(database))
    throw new RedisUrlError(`${shown} names no database of Redis: write its number, as in redis://localhost:6379/2`)
  return text
}

function shownUrl(text: string): string {
  return JSON.stringify(text.replace(/^([a-z+-]+:\/\/)?.*@/is, '$1***@').replace(/(password=)[^&]*/gi, '$1***'))
}

/**
 * Connects to Redis 5 or newer at a `redis://` or `rediss://` address, and comes back by itself after every loss. Resolves once
 * the connection stands or its first try has failed; that there is none shows when a script is run.
 * @throws {RedisUrlError} as a rejection.
 */
export async function connectRedis(url: string): Promise<RedisLink> {
  const address = redisUrl(url)
  const { Redis } = await import('ioredis')
  const ready = new Set<() => void>()
  let reconnectedAt = Number.NEGATIVE_INFINITY
  const redis = new Redis(address, {
    lazyConnect: true,
    // A call waits for Redis as long as it is worth, never in a queue.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 1_000,
    // A server that is stopped keeps its connections: without this its unanswered calls would pile up.
    socketTimeout: 2_000,
    retryStrategy: times => Math.min(1_000, 50 * times),
    // After a failover the same address may be another server: look again, but not all the time.
    reconnectOnError(error) {
      if (!error.message.startsWith('READONLY') || performance.now() - reconnectedAt < RECONNECT_EVERY_MS) return false
      reconnectedAt = performance.now()
      return true
    },
    disableClientInfo: true,
    protocol: 2,
  })
  // Losses show in the calls that fail; without a listener ioredis prints them.
  let lastError = 'the connection is lost'
  // ioredis says so once, and then works on database 0.
  let wrongDatabase: Error | null = null
  redis.on('connect', () => {
    wrongDatabase = null
  })
  redis.on('error', (error: Error & { readonly command?: { readonly name: string } }) => {
    lastError = error.message
    if (error.command?.name === 'select') wrongDatabase = error
  })
  redis.on('ready', () => {
    lastError = 'the connection is lost'
    for (const listener of ready) listener()
  })
  redis.defineCommand('circuitAcquire', { lua: acquireScript(), numberOfKeys: 2 })
  redis.defineCommand('circuitSettle', { lua: settleScript(), numberOfKeys: 2 })
  const scripted = redis as unknown as ScriptedRedis
  await redis.connect().catch(() => {})
  const refused = databaseError()
  if (refused !== null) {
    redis.disconnect()
    throw new RedisUrlError(`${shownUrl(url)}: Redis has no such database, it says "${refused.message}"`)
  }
  return {
    acquire: (...args) => (wrongDatabase ? Promise.reject(wrongDatabase) : scripted.circuitAcquire(...args)),
    settle: (...args) => (wrongDatabase ? Promise.reject(wrongDatabase) : scripted.circuitSettle(...args)),
    onReady(listener) {
      ready.add(listener)
      return () => ready.delete(listener)
    },
    error: () => (redis.status === 'ready' ? null : lastError),
    close: () => redis.disconnect(),
  }

  function databaseError(): Error | null {
    return wrongDatabase
  }
}
