/** No command meets a bug where a server answers what no flaky catalog would: as many places again, several times over. */

import { describe } from 'node:test'
import { malformedAnswers } from './malformed.ts'

describe('an answer that is broken in one place or another', () => malformedAnswers(8, 40))
