/** The shapes of what the server sends and of what the page makes of it; types only, no code. */

/**
 * What happened in a quarter second. `counts` and `faults` hold only what is not zero.
 * @typedef {object} Sample
 * @property {number} atMs monotonic milliseconds since the server started
 * @property {number} wallMs
 * @property {Partial<Record<Ending, number>>} counts
 * @property {Record<string, number>} faults
 * @property {number} inFlight
 * @property {number | null} p50 milliseconds; null where nothing ended
 * @property {number | null} p95
 * @property {number} failRate percent
 * @property {boolean} outage
 * @property {number} [slow] how many times as long as usual the work takes
 * @property {number} arrivals
 */

/** @typedef {'success' | 'injected' | 'overload' | 'clientError' | 'serverError' | 'aborted'} Ending */
/** @typedef {'closed' | 'open' | 'half-open' | 'forced-open' | 'disabled'} Circuit */
/** @typedef {{ atMs: number, state: Circuit }} Edge */

/** @typedef {{ success: number, failed: number, shortCircuited: number, fromCache: number, calls: number, wasted: number }} Counts */

/**
 * What one arm did since the last progress; `totals`, where there are any, since the start.
 * @typedef {Counts & { name: string, totals?: Counts, state?: Circuit | null, states?: Edge[], p50?: number | null, p95?: number | null }} ArmStep
 */

/** @typedef {{ atMs: number, arms: ArmStep[], weather?: import('./trouble.js').Conditions, changes?: Run['changes'], flow?: import('./flow.js').Flow }} Step */

/**
 * A burst or comparison that somebody's command line publishes while it runs.
 * @typedef {object} Run
 * @property {string} id
 * @property {string} title
 * @property {string[]} names the arms in order
 * @property {string[]} sessions that the arms play in, where they have their own
 * @property {string | null} session that it belongs to, where it names one
 * @property {Record<string, unknown>} load
 * @property {number} startedAtMs on the server's monotonic clock
 * @property {'running' | 'ended' | 'lost'} status
 * @property {number} lastMs of the last step, since the start
 * @property {Step[]} steps the last two minutes
 * @property {Record<string, Counts>} totals
 * @property {Record<string, Edge[]>} edges
 * @property {{ type: 'settings' | 'outage' | 'scenario', atMs: number, [more: string]: any }[]} changes what happened meanwhile, the oldest first
 * @property {string | null} verdict in English
 * @property {import('../wording/sentences.js').CodedVerdict | null} coded the verdict before it is put into words; null where only its text is known
 * @property {string | null} kept id of the kept result, where there is one
 * @property {import('./flow.js').DotStore} dots grow in place while it runs
 */

/**
 * @typedef {object} Entry a line of the log
 * @property {number} key
 * @property {number} t seconds of the wall clock
 * @property {string} boot the life of the server in which it happened
 * @property {'settings' | 'outage' | 'scenario' | 'run' | 'link'} kind
 * @property {Record<string, any>} data
 */

/** @typedef {Sample & { t: number, boot: string }} Point `t` is in seconds of the wall clock, monotonic within one boot */

/**
 * Everything the page knows.
 * @typedef {object} Model
 * @property {'connecting' | 'live' | 'lost' | 'denied' | 'refused'} link
 * @property {boolean} locked a change was refused for want of the right token
 * @property {number} retryAtMs when the next try starts, on the page's clock; 0 when none is planned
 * @property {string} boot names one life of the server
 * @property {number} epoch wall-clock milliseconds of the server's atMs 0
 * @property {string} session
 * @property {Record<string, any> | null} chaos the GET /chaos document
 * @property {Point[]} points
 * @property {{ on: boolean, untilMs: number | null, source: string }} outage `untilMs` is on the server's clock
 * @property {{ name: string, id: string, startedAtMs: number, lengthMs: number, mark: string } | null} scenario
 * @property {Run[]} runs oldest first
 * @property {string | null} pinned id of the run that is shown until it is let go
 * @property {Entry[]} log newest first
 * @property {BoardEntry[]} board
 * @property {number} sessionChanges how often its own session was heard to change
 * @property {number} challenges how often one was heard to change
 * @property {import('../view/poll.js').Poll & { askedAt: string } | null} poll the newest
 * @property {number} entries how many log lines there ever were
 * @property {number} volume grows when the log was written anew
 */

/** @typedef {{ id: string, name?: string | null, requests: number, success: number, inFlight: number, failRate: number, outage: boolean, slow?: number }} BoardCounts what the server says of a session once a second */

/** @typedef {BoardCounts & { isCurrent: boolean, seconds: { requests: number, success: number }[] }} BoardEntry a session on the board, and what ended in each of its last seconds */

/**
 * A session as the board shows it.
 * @typedef {object} BoardRow
 * @property {string} id
 * @property {string} name the display name, or the id
 * @property {number | null} share percent of useful answers; null where nothing was asked lately
 * @property {number} rounded the same to the whole percent, by which it is sorted; -1 for null
 * @property {string | null} grade of its newest challenge
 * @property {'sending' | 'waiting' | 'stopped' | 'idle'} traffic
 * @property {number} perSecond
 * @property {number} inFlight
 * @property {Circuit | null} circuit where a command line tells it
 * @property {boolean} outage
 * @property {number} failRate
 * @property {number} slow
 * @property {string} course its last half minute as a path
 */

export {}
