/** The result of a run, as the contract of the server describes it. */

export * from '../../server/runs/result.ts'
