/** Writes numbers with their units, as the page of the server does. */

export * from '../../server/console/wording/format.js'
