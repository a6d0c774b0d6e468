/** The session of the attendee at this device: made with a name, kept over reloads and lost networks, and found to be gone. */

import { Refused } from './api.js'

/** @typedef {{ id: string, instance: string, name: string, key: string }} OwnSession the key is empty where nothing needs one */

/**
 * @param {object} parts
 * @param {import('./storage.js').CarefulStorage} parts.store
 * @param {import('./keyring.js').Keyring} parts.keyring
 * @param {() => import('./api.js').ControlPlane} parts.api
 * @param {() => void} parts.changed
 */
export function createOwnSession({ store, keyring, api, changed }) {
  let own = read(store.get('attendee'))
  let isGone = false
  let isHidden = false
  if (own?.key) keyring.keep(own.id, own.key)

  /** @param {OwnSession} next */
  const keep = next => {
    own = next
    isGone = false
    isHidden = false
    store.set('attendee', JSON.stringify(next))
    if (next.key) keyring.keep(next.id, next.key)
    changed()
  }

  return {
    get now() {
      return own
    },
    /** It was deleted, forgotten, or lost with the server. */
    get isGone() {
      return isGone
    },
    /** The host lets nobody see its name. */
    get isHidden() {
      return isHidden
    },
    /**
     * Makes a session of that name: of the id of the last one, so that a client that names it goes on to work, where nobody has it.
     * @param {string} name
     */
    async join(name) {
      if (own) keyring.forget(own.id)
      const {
        id,
        instance,
        name: kept,
        key = '',
      } = await api()
        .join(name, own?.id)
        .catch(error => {
          if (!own || !(error instanceof Refused) || error.status !== 409) throw error
          return api().join(name)
        })
      keep({ id, instance, name: kept ?? name, key })
      return id
    },
    /** @param {string} name */
    async rename(name) {
      if (!own) return
      const answer = await api().renameSession(own.id, name)
      keep({ ...own, name: answer.name ?? name })
    },
    /** Looks whether it is still there, as it was made here. */
    async check() {
      if (!own) return
      const { id, instance } = own
      try {
        const answer = await api().session(id)
        isGone = answer.instance !== instance
        isHidden = answer.hidden === true
      } catch (error) {
        // Where the server was not reached nothing is known.
        if (error instanceof Refused && error.status === 404) isGone = true
      }
      changed()
    },
  }
}

/** @typedef {ReturnType<typeof createOwnSession>} Own */

/** @param {string | null} text @returns {OwnSession | null} */
function read(text) {
  try {
    const value = JSON.parse(text ?? 'null')
    const isOwn = ['id', 'instance', 'name', 'key'].every(member => typeof value[member] === 'string')
    return isOwn ? value : null
  } catch {
    return null
  }
}
