/** Where a phone begins: a name, and then a session of one's own; a session that is gone is said, and the next is one press away. */

/** @import { Model } from '../model/types.js' */

import { h, mark, say } from './dom.js'

/** @typedef {'name' | 'own' | 'gone' | null} Stage what of it is shown; null for a page that is nobody's own */

/** @param {import('./page.js').Context} context */
export function createJoin(context) {
  const { t } = context.i18n
  const { own } = context
  const name = h('input', {
    type: 'text',
    id: 'attendee-name',
    autocomplete: 'nickname',
    enterkeyhint: 'go',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'attendee-hint attendee-flaw',
  })
  const flaw = h('p', { class: 'attendee-flaw', id: 'attendee-flaw', role: 'alert' })
  const send = h('button', { type: 'submit', class: 'attendee-main' })
  const leave = h('button', { type: 'button', class: 'quiet attendee-leave' })
  const title = h('h2', null)
  const form = h(
    'form',
    { class: 'attendee-form', novalidate: true, 'aria-label': t('join.title') },
    title,
    h('p', null, t('join.text')),
    h('label', { for: 'attendee-name' }, t('join.name')),
    name,
    h('p', { class: 'by', id: 'attendee-hint' }, t('join.hint')),
    flaw,
    send,
    leave,
  )
  const again = h('button', { type: 'button', class: 'attendee-main', onclick: () => enter(own.now?.name ?? '') })
  const lost = h('p', { class: 'attendee-flaw', role: 'alert' })
  const gone = h(
    'div',
    { class: 'attendee-gone', role: 'status' },
    h('h2', null, t('join.goneTitle')),
    h('p', null, t('join.goneText')),
    lost,
    again,
  )
  const called = h('strong', null)
  const rename = h('button', { type: 'button', class: 'quiet', onclick: () => edit(true) }, t('join.rename'))
  const who = h('p', { class: 'attendee-who' }, h('span', null, called), rename)
  const hiddenName = h('p', { class: 'by', role: 'status' })
  const element = h(
    'section',
    { class: 'attendee attendee-join', 'aria-label': t('join.title') },
    ...[form, gone, who, hiddenName],
  )
  let editing = false
  let looking = false
  let checkedFor = ''

  /** @param {boolean} on */
  const edit = on => {
    editing = on
    name.value = own.now?.name ?? ''
    say(flaw, '')
    context.refresh()
    if (on) requestAnimationFrame(() => name.focus())
  }
  /** What is wrong, in the language of the reader where the server says it to programs too. @param {unknown} error @param {Element} place */
  const tell = (error, place) => {
    const { text, lang } = context.refusal(error)
    say(place, text)
    mark(place, 'lang', lang)
  }
  /** @param {string} text */
  const enter = async text => {
    const place = own.isGone ? lost : flaw
    const buttons = [send, again]
    say(place, '')
    for (const button of buttons) mark(button, 'disabled', true)
    try {
      if (editing) {
        await own.rename(text)
        editing = false
        context.refresh()
      } else context.openSession(await own.join(text))
    } catch (error) {
      tell(error, place)
      if (place === flaw) {
        mark(name, 'aria-invalid', 'true')
        name.focus()
      }
    }
    for (const button of buttons) mark(button, 'disabled', false)
  }
  form.addEventListener('submit', event => {
    event.preventDefault()
    mark(name, 'aria-invalid', null)
    enter(name.value)
  })
  leave.addEventListener('click', () => {
    if (editing) return edit(false)
    looking = true
    context.refresh()
  })

  return {
    element,
    /** @param {Model} model @returns {Stage} */
    stage(model) {
      const { now, isGone } = own
      if (now && model.session === now.id) return isGone ? 'gone' : 'own'
      const isFree = context.openRoom() && !context.keyring.hasToken && model.session === 'default'
      return isFree && !now && !looking ? 'name' : null
    },
    /** @param {Model} model @param {Stage} stage */
    update(model, stage) {
      const wanted = `${model.boot} ${model.link} ${model.sessionChanges}`
      const mayBeGone = model.link === 'live' || model.link === 'refused'
      if (own.now && model.session === own.now.id && mayBeGone && wanted !== checkedFor) {
        checkedFor = wanted
        own.check()
      }
      if (stage !== 'own') editing = false
      form.hidden = stage !== 'name' && !editing
      gone.hidden = stage !== 'gone'
      who.hidden = stage !== 'own' || editing
      element.hidden = stage === null
      say(title, t(editing ? 'join.rename' : 'join.title'))
      say(send, t(editing ? 'join.save' : 'join.send'))
      say(leave, t(editing ? 'join.cancel' : 'join.look'))
      say(hiddenName, stage === 'own' && own.isHidden ? t('join.hidden') : '')
      say(called, own.now?.name ?? '')
      say(again, t('join.again', { name: own.now?.name ?? '' }))
    },
  }
}
