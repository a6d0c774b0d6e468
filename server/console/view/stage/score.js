/** The score at the right: two giant pairs with their difference, two figures for a single arm, or a row of figures in line with each lane. */

/** @import { StageRun } from '../../model/stage-run.js' */

import { usefulShare } from '../../model/run.js'
import { totalsAt } from '../../model/stage-run.js'
import { h, mark, say } from '../dom.js'
import { markIcon } from './marks.js'
import { differenceAt } from './sentences.js'

/** Differences below this are none, in points. */
const EVEN_POINTS = 0.05

/** @param {import('../page.js').Context} context */
export function createScore(context) {
  const { t, share, tenth, count } = context.i18n
  const element = h('aside', { class: 'stage-score num', 'aria-label': `${t('stage.useful')}, ${t('stage.wasted')}` })
  /** @type {(run: StageRun, atMs: number) => void} */
  let fill = () => {}

  /** @param {'useful' | 'wasted'} what */
  const title = what =>
    h('h2', null, markIcon(what === 'useful' ? 'success' : 'failed'), h('span', null, t(`stage.${what}`)))
  /** @param {boolean} percent */
  const figure = percent => {
    const value = h('span', null)
    return { value, element: h('b', null, value, percent ? h('i', null, '%') : null) }
  }
  /** @param {StageRun} run @param {number} arm @param {number} atMs */
  const textsOf = (run, arm, atMs) => {
    const totals = totalsAt(run, arm, atMs)
    const useful = usefulShare(totals)
    return [useful === null ? t('unit.none') : share(useful), count(totals.wasted)]
  }

  /** @param {readonly string[]} labels one or two */
  const pairs = labels => {
    const blocks = /** @type {const} */ (['useful', 'wasted']).map(what => {
      const figures = labels.map(() => figure(what === 'useful'))
      const pair = h(
        'div',
        { class: labels.length === 1 ? 'stage-pair one' : 'stage-pair' },
        ...figures.map((one, arm) =>
          h('div', null, labels.length === 1 ? null : h('small', null, labels[arm] ?? ''), one.element),
        ),
      )
      const diff = h('p', { class: 'stage-diff' })
      return { figures, pair, diff, element: h('section', null, title(what), pair, labels.length === 2 ? diff : null) }
    })
    element.replaceChildren(...blocks.map(block => block.element))
    fill = (run, atMs) => {
      const texts = labels.map((_, arm) => textsOf(run, arm, atMs))
      blocks.forEach(({ figures, pair }, row) => {
        for (const [arm, { value }] of figures.entries()) say(value, texts[arm]?.[row] ?? '')
        // Both figures shrink together: size must never suggest an amount.
        const longest = Math.max(...texts.map(text => text[row]?.length ?? 0)) + (row === 0 ? 1 : 0)
        mark(pair, 'data-size', longest > 5 ? 'small' : longest > 3 ? 'middle' : 'large')
      })
      if (labels.length < 2) return
      const { points, first, second, saved } = differenceAt(run, atMs)
      const size = { points: tenth(Math.abs(points)) }
      const even = Math.abs(points) < EVEN_POINTS
      tell(
        blocks[0]?.diff,
        even ? t('score.even') : t(points > 0 ? 'score.gains' : 'score.costs', size),
        points >= EVEN_POINTS,
      )
      const more = second.wasted - first.wasted
      const text =
        more === 0
          ? t('score.even')
          : more < 0
            ? t('score.saves', { saved: share(saved) })
            : t('score.wastes', { count: count(more) })
      tell(blocks[1]?.diff, text, more < 0)
    }
  }

  /** @param {HTMLElement | undefined} diff @param {string} text @param {boolean} good */
  const tell = (diff, text, good) => {
    if (!diff) return
    say(diff, text)
    mark(diff, 'data-good', good)
  }

  /** @param {number} lanes */
  const rows = lanes => {
    const figures = Array.from({ length: lanes }, () => [figure(true), figure(false)])
    element.replaceChildren(
      h('div', { class: 'stage-heads' }, title('useful'), title('wasted')),
      h('div', { class: 'stage-figures' }, ...figures.flatMap(row => row.map(one => one.element))),
    )
    fill = (run, atMs) => {
      figures.forEach((row, arm) => {
        const texts = textsOf(run, arm, atMs)
        for (const [column, { value }] of row.entries()) say(value, texts[column] ?? '')
      })
    }
  }

  return {
    element,
    /** @param {readonly string[]} labels of the lanes */
    shape(labels) {
      if (labels.length <= 2) pairs(labels)
      else rows(labels.length)
    },
    /** @param {StageRun} run @param {number} atMs */
    update: (run, atMs) => fill(run, atMs),
    /** Shows something else in its place. @param {...Node} nodes */
    invite(...nodes) {
      element.replaceChildren(...nodes)
      fill = () => {}
    },
  }
}
