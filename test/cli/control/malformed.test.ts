/** No command meets a bug where a server answers what no flaky catalog would. */

import { describe } from 'node:test'
import { malformedAnswers } from './malformed.ts'

describe('an answer that is broken in one place', () => malformedAnswers(0, 8))
