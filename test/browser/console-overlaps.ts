/** Finds what lies over one another on a page of the console: texts, controls and panels. */

import type { Page } from 'playwright-core'

/**
 * Runs in the page. A text is as large as its letters, cut where an ancestor cuts it; two texts beside each other need a gap
 * that the eye sees.
 */
const FIND = `(() => {
  const PANELS = '.top, .stage-say, .stage-gate, .stage-catalog, .stage-time, .foot, .notice, .rate, .outage, .scenario, .facts, .figures, .chart, .arms, .log, .view-head, .session-card, .runs-table'
  const OVER = '.over, .data-table, dialog, .skip, .hidden, .lamp > span, .broken'
  const GAP = 2
  const name = element => element.tagName.toLowerCase() + (element.className ? '.' + String(element.className).replaceAll(' ', '.') : '')
  const blockOf = element => {
    let block = element
    while (getComputedStyle(block).display === 'inline') block = block.parentElement
    return block
  }
  const cut = (box, element) => {
    let { left, top, right, bottom } = box
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at)
      if (at.matches('main, .view') || (overflowX === 'visible' && overflowY === 'visible')) continue
      const edge = at.getBoundingClientRect()
      left = Math.max(left, edge.left)
      top = Math.max(top, edge.top)
      right = Math.min(right, edge.right)
      bottom = Math.min(bottom, edge.bottom)
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null
  }
  const seen = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(OVER)
  const faults = new Set()
  const things = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!node.data.trim() || !seen(element) || element.closest('select, script, noscript')) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    for (const rect of range.getClientRects()) {
      const box = cut(rect, element)
      if (box) things.push({ what: JSON.stringify(node.data.trim().slice(0, 40)), element, block: blockOf(element), box })
    }
  }
  for (const element of document.querySelectorAll('button, input, select, progress, .lamps, .swatch, .share-track')) {
    const box = seen(element) && cut(element.getBoundingClientRect(), element)
    if (box) things.push({ what: name(element), element, block: element, box })
  }
  // What scrolls away below the edge of the middle of the page lies under nothing outside of it.
  const visible = ({ element, box }, other) => {
    const scroller = element.closest('main')
    return scroller && !scroller.contains(other.element) && getComputedStyle(scroller).overflowY !== 'visible'
      ? cutBy(box, scroller.getBoundingClientRect()) : box
  }
  const cutBy = (box, edge) => ({
    left: Math.max(box.left, edge.left), top: Math.max(box.top, edge.top),
    right: Math.min(box.right, edge.right), bottom: Math.min(box.bottom, edge.bottom),
  })
  const meet = (a, b, gap) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > -gap &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5
  things.forEach((one, index) => {
    for (const other of things.slice(index + 1)) {
      if (one.block === other.block || one.element.contains(other.element) || other.element.contains(one.element)) continue
      if (one.element.closest('.presets') && other.element.closest('.presets')) continue
      if (one.element.closest('.stage-sign') && other.element.closest('.stage-sign')) continue
      if (one.element.closest('.rate-figure') && other.element.closest('.rate-figure')) continue
      if (meet(visible(one, other), visible(other, one), GAP)) faults.add(one.what + ' meets ' + other.what)
    }
  })
  const panels = [...document.querySelectorAll(PANELS)].filter(seen)
  panels.forEach((panel, index) => {
    const edge = cut(panel.getBoundingClientRect(), panel.parentElement)
    if (!edge) return
    for (const other of panels.slice(index + 1)) {
      if (panel.contains(other)) continue
      const box = cut(other.getBoundingClientRect(), other.parentElement)
      const inner = { left: edge.left + 2, right: edge.right - 2, top: edge.top, bottom: edge.bottom }
      const [one, two] = [{ element: panel, box: inner }, { element: other, box }]
      if (box && meet(visible(one, two), visible(two, one), 0))
        faults.add(name(panel) + ' lies over ' + name(other))
    }
    for (const { what, element, box } of things) {
      if (element.closest(PANELS) !== panel || element.closest('.rate-figure')) continue
      if (box.bottom > edge.bottom + 1.5 || box.right > edge.right + 1.5 || box.left < edge.left - 1.5 || box.top < edge.top - 1.5)
        faults.add(what + ' sticks out of ' + name(panel))
    }
  })
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) faults.add('the page is ' + (scrollWidth - clientWidth) + ' pixels too wide')
  return [...faults]
})()`

/** A line for each pair that meets, each text that leaves its panel, and a page that is wider than its window. */
export async function overlaps(page: Page): Promise<string[]> {
  return (await page.evaluate(FIND)) as string[]
}
