/** How deep a JSON document nests: what is deeper than any of its kind is refused before anything walks down into it. */

/** Whether a parsed document has objects or arrays within more than `levels` others. */
export function nestsDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels < 0 || Object.values(value).some(part => nestsDeeperThan(levels - 1, part))
}
