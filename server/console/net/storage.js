/** What a browser keeps for this page; one that refuses to is no reason to fail. */

/**
 * @param {() => Pick<Storage, 'getItem' | 'setItem'>} open may throw, as may each use of what it opens
 * @param {string} [prefix] of every name
 */
export function openStorage(open, prefix = '') {
  return {
    /** @param {string} name */
    get(name) {
      try {
        return open().getItem(prefix + name)
      } catch {
        return null
      }
    },
    /** @param {string} name @param {string} value */
    set(name, value) {
      try {
        open().setItem(prefix + name, value)
      } catch {
        // Kept for this page only.
      }
    },
  }
}

/** @typedef {ReturnType<typeof openStorage>} CarefulStorage */
