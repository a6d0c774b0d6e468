/** The lessons over HTTP: a page plays them. */

import type { RequestHandler } from 'express'
import { sendJson } from '../http/json.ts'
import type { Lesson } from './lessons.ts'

/** `GET /lessons`: whole, in every language, in their order. */
export function listLessons(lessons: readonly Lesson[]): RequestHandler {
  const json = JSON.stringify({ lessons })
  return (_req, res) => sendJson(res, json)
}
