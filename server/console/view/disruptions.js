/** Outage and scenario: declare one, run the other, and see what is going on. */

import { h, mark, say } from './dom.js'

/** How long an outage lasts that is declared here. */
const OUTAGE_LENGTH = '10s'

/** @param {import('./page.js').Context} context */
export function createDisruptions(context) {
  const { t, count, titleOf } = context.i18n
  const button = h(
    'button',
    { type: 'button', class: 'outage-button', 'aria-describedby': 'outage-left' },
    t('plug.pull'),
  )
  const left = h('p', { class: 'by num', id: 'outage-left', role: 'status' })
  const outage = h(
    'section',
    { class: 'outage', 'aria-labelledby': 'outage-title' },
    h('h2', { id: 'outage-title' }, t('plug.title')),
    button,
    left,
  )
  const choice = h('select', { id: 'scenario-choice', 'aria-label': t('scenario.choose') })
  const go = h('button', { type: 'button', class: 'quiet' }, t('scenario.run'))
  const progress = h('progress', {
    class: 'scenario-progress',
    max: '100',
    value: '0',
    'aria-labelledby': 'scenario-title',
  })
  // Marks are the words of whoever wrote the scenario; those that come with the server are English.
  const point = h('span', { lang: 'en' })
  const clock = h('span', null)
  const position = h('p', { class: 'by num' }, point, clock)
  const scenario = h(
    'section',
    { class: 'scenario', 'aria-labelledby': 'scenario-title' },
    h('h2', { id: 'scenario-title' }, t('scenario.title')),
    h('div', { class: 'row' }, choice, go),
    progress,
    position,
  )
  const element = h('div', { class: 'disruptions' }, outage, scenario)

  /** @type {import('../model/types.js').Model['scenario']} */
  let playing = null
  let down = false

  const toggle = () => context.act(() => (down ? context.api.endOutage() : context.api.declareOutage(OUTAGE_LENGTH)))
  button.addEventListener('click', toggle)
  go.addEventListener('click', () =>
    context.act(async () => {
      if (playing) await context.api.stopScenario(playing.id)
      else if (choice.value) await context.api.runScenario(choice.value)
    }),
  )

  const load = async () => {
    /** @type {{ scenarios: { name: string, title: string }[] }} */
    const { scenarios } = await context.api.scenarios().catch(() => ({ scenarios: [] }))
    choice.replaceChildren(
      h('option', { value: '' }, t(scenarios.length > 0 ? 'scenario.choose' : 'scenario.none')),
      ...scenarios.map(({ name, title }) => h('option', { value: name }, titleOf(name, title))),
    )
    mark(choice, 'disabled', scenarios.length === 0)
  }
  let loadedFor = ''

  return {
    element,
    toggle,
    /** @param {import('../model/types.js').Model} model @param {number} now seconds */
    update(model, now) {
      if (model.link === 'live' && loadedFor !== model.boot) {
        loadedFor = model.boot
        load()
      }
      down = model.outage.on
      playing = model.scenario
      const serverMs = now * 1000 - model.epoch
      say(button, t(down ? 'plug.end' : 'plug.pull'))
      mark(outage, 'data-down', down)
      const seconds =
        model.outage.untilMs === null ? null : Math.max(0, Math.ceil((model.outage.untilMs - serverMs) / 1000))
      say(left, !down ? '' : seconds === null ? t('plug.on') : `${t('plug.on')}, ${t('plug.left', { seconds })}`)
      say(go, t(playing ? 'scenario.stop' : 'scenario.run'))
      mark(scenario, 'data-playing', playing !== null)
      mark(choice, 'disabled', playing !== null || choice.options.length < 2)
      if (playing) {
        if (choice.value !== playing.name) choice.value = playing.name
        const at = Math.max(0, serverMs - playing.startedAtMs)
        const length = playing.lengthMs
        progress.value = length > 0 ? Math.min(100, (100 * at) / length) : 0
        const time =
          length > 0 ? t('scenario.time', { at: count(Math.min(at, length) / 1000), length: count(length / 1000) }) : ''
        say(point, playing.mark)
        say(clock, playing.mark && time ? ` · ${time}` : time)
      }
      position.hidden = !playing
    },
  }
}
