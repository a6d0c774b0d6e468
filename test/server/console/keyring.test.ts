/** The keys of a tab: which opens what, and that they outlive a reload. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createKeyring } from '../../../server/console/net/keyring.js'
import { openStorage } from '../../../server/console/net/storage.js'

function storage(kept: Record<string, string> = {}) {
  return openStorage(() => ({
    getItem: (name: string) => kept[name] ?? null,
    setItem(name: string, text: string) {
      kept[name] = text
    },
  }))
}

describe('the keyring', () => {
  it('offers nothing where there is nothing', () => {
    assert.deepEqual(createKeyring(storage()).bearers('ana'), [''])
  })

  it('opens a session with its own key first, and what belongs to others with the token alone', () => {
    const ring = createKeyring(storage())
    ring.keep('ana', 'a')
    ring.take('t')
    assert.deepEqual(ring.bearers('ana'), ['a', 't'])
    assert.deepEqual(ring.bearers('default'), ['t'])
  })

  it('makes another session with the key that there is', () => {
    const ring = createKeyring(storage())
    ring.keep('ana', 'a')
    assert.deepEqual(ring.bearers(null), ['a'])
  })

  it('takes no token that no header can carry', () => {
    for (const text of ['', 'two words', 'señal', 'tab\t', '😀', 'line\n']) {
      const ring = createKeyring(storage())
      ring.take(text)
      assert.deepEqual([ring.hasToken, ...ring.bearers('ana')], [false, ''], text)
    }
  })

  it('forgets the key of a session that is gone, and reads with the token or nothing where everybody may', () => {
    const place = storage()
    const ring = createKeyring(place)
    ring.keep('ana', 'a')
    assert.deepEqual(ring.readers, [''])
    ring.forget('ana')
    assert.deepEqual([ring.sessions, createKeyring(place).sessions, ring.bearers('ana')], [[], [], ['']])
    ring.take('t')
    assert.deepEqual(ring.readers, ['t'])
  })

  it('is the same after a reload, and empty where the tab keeps nonsense or refuses', () => {
    const place = storage()
    const before = createKeyring(place)
    before.keep('ana', 'a')
    before.take('t')
    const ring = createKeyring(place)
    assert.deepEqual([ring.sessions, ring.hasToken, ring.bearers('ana')], [['ana'], true, ['a', 't']])
    assert.deepEqual(createKeyring(storage({ keys: '{' })).sessions, [])
    const refuse = () => {
      throw new Error('SecurityError')
    }
    for (const refusing of [openStorage(() => ({ getItem: refuse, setItem: refuse })), openStorage(refuse)])
      assert.deepEqual(createKeyring(refusing).bearers('ana'), [''])
  })
})
