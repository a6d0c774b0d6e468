/** Three small helpers in place of a framework: make an element, change its text, change an attribute. */

/**
 * Makes an element. Properties that start with `on` are listeners, `class` and the rest are attributes; null leaves one out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any> | null} [properties]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child !== null) element.append(child)
  return element
}

/**
 * The name of an arm, such as `retry+breaker(threshold=15)`, with the places where a line may end.
 * @param {string} name
 * @returns {(Node | string)[]}
 */
export function breakable(name) {
  return name.split(/(?<=\+)|(?=\()/).flatMap((part, index) => (index === 0 ? [part] : [h('wbr', null), part]))
}

/**
 * A drawing out of paths on a square of 24.
 * @param {string} className
 * @param {Record<string, Record<string, string>[]>} shapes tag, then the attributes of each
 */
export function icon(className, shapes) {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', className)
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('focusable', 'false')
  for (const [tag, all] of Object.entries(shapes)) {
    for (const attributes of all) {
      const shape = document.createElementNS(space, tag)
      for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value)
      svg.append(shape)
    }
  }
  return svg
}

/**
 * Changes a text only where it differs, so that nothing is announced or laid out twice.
 * @param {Node} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | boolean | null} value true is an empty attribute; false and null take it away
 */
export function mark(element, name, value) {
  if (value === null || value === false) element.removeAttribute(name)
  else {
    const text = value === true ? '' : value
    if (element.getAttribute(name) !== text) element.setAttribute(name, text)
  }
}
