/** What opens this server: the token of its host, and the keys of sessions that were made here. The tab keeps both until it is closed. */

const SENDABLE = /^[!-~]+$/

/** @param {import('./storage.js').CarefulStorage} storage */
export function createKeyring(storage) {
  let token = storage.get('token') ?? ''
  /** @type {Map<string, string>} by the name of the session, in the order in which they were made */
  const keys = new Map(pairsOf(storage.get('keys')))

  return {
    get hasToken() {
      return token !== ''
    },
    /** The sessions that were made here. */
    get sessions() {
      return [...keys.keys()]
    },
    /** A text that no header can carry opens nothing. @param {string} text */
    take(text) {
      token = SENDABLE.test(text) ? text : ''
      storage.set('token', token)
    },
    /** A key that opens nothing any more must not be tried. @param {string} session */
    forget(session) {
      if (keys.delete(session)) storage.set('keys', JSON.stringify([...keys]))
    },
    /** @param {string} session @param {string} key */
    keep(session, key) {
      keys.delete(session)
      keys.set(session, key)
      storage.set('keys', JSON.stringify([...keys]))
    },
    /** What to read with where everybody may read: keys that a server forgot would count as wrong tokens of the whole room. */
    get readers() {
      return [token]
    },
    /**
     * What may open a session, the likeliest first; `''`, for nothing at all, where there is neither.
     * @param {string | null} session null for what is about none alone: who has a key is given no second one there
     * @returns {string[]}
     */
    bearers(session) {
      const own = session === null ? undefined : keys.get(session)
      const any = session === null ? [...keys.values()].at(-1) : undefined
      const all = [own, token, any].filter(one => one !== undefined && one !== '')
      return all.length > 0 ? [...new Set(/** @type {string[]} */ (all))] : ['']
    },
  }
}

/** @typedef {ReturnType<typeof createKeyring>} Keyring */

/** @param {string | null} text @returns {[string, string][]} */
function pairsOf(text) {
  try {
    const pairs = JSON.parse(text ?? '[]')
    return Array.isArray(pairs) ? pairs.filter(pair => Array.isArray(pair) && pair.length === 2) : []
  } catch {
    return []
  }
}
