/** The connection to Redis: two scripts, no queue, and an answer or an error for every call. */

import { acquireScript, settleScript } from './scripts.ts'

/** What a shared circuit needs of Redis. Every promise settles; a link without a connection rejects at once. */
export interface RedisLink {
  /** Runs the acquire script: key, settings, chance, `ask` or `look`. */
  acquire(key: string, ...args: string[]): Promise<unknown>
  /** Runs the settle script: key, settings, chance, generation, probe, verdict, duration, Retry-After. */
  settle(key: string, ...args: string[]): Promise<unknown>
  /** Calls `listener` each time the connection has become usable, until the returned function is called. */
  onReady(listener: () => void): () => void
  /** What is wrong with the connection, null where it stands. */
  error(): string | null
  close(): void
}

/** A Redis client with the two scripts as commands. */
interface ScriptedRedis {
  circuitAcquire(key: string, ...args: string[]): Promise<unknown>
  circuitSettle(key: string, ...args: string[]): Promise<unknown>
}

/** An address that is none. */
export class RedisUrlError extends Error {
  override name = 'RedisUrlError'
}

/** The address, checked. @throws {RedisUrlError} saying what to type instead. */
export function redisUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  if (protocol === 'redis:' || protocol === 'rediss:') return text
  throw new RedisUrlError(`"${text}" is no address of Redis: write redis://localhost:6379`)
}

/**
 * Connects to Redis 5 or newer at a `redis://` or `rediss://` address, and comes back by itself after every loss. Resolves once
 * the connection stands or its first try has failed; that there is none shows when a script is run.
 * @throws {RedisUrlError} as a rejection.
 */
export async function connectRedis(url: string): Promise<RedisLink> {
  const address = redisUrl(url)
  const { Redis } = await import('ioredis')
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
    disableClientInfo: true,
    protocol: 2,
  })
  // Losses show in the calls that fail; without a listener ioredis prints them.
  let lastError = 'the connection is lost'
  redis.on('error', (error: Error) => {
    lastError = error.message
  })
  redis.on('ready', () => {
    lastError = 'the connection is lost'
  })
  redis.defineCommand('circuitAcquire', { lua: acquireScript(), numberOfKeys: 1 })
  redis.defineCommand('circuitSettle', { lua: settleScript(), numberOfKeys: 1 })
  const scripted = redis as unknown as ScriptedRedis
  await redis.connect().catch(() => {})
  return {
    acquire: (key, ...args) => scripted.circuitAcquire(key, ...args),
    settle: (key, ...args) => scripted.circuitSettle(key, ...args),
    onReady(listener) {
      redis.on('ready', listener)
      return () => redis.off('ready', listener)
    },
    error: () => (redis.status === 'ready' ? null : lastError),
    close: () => redis.disconnect(),
  }
}
