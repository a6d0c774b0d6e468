/** The names of the formats, apart from what writes them. */

/** `text` for people, `json` and `csv` for programs, `md` and `html` to share, `k6` to go on with another tool. */
export const FORMATS = ['text', 'json', 'csv', 'md', 'html', 'k6'] as const
export type Format = (typeof FORMATS)[number]
