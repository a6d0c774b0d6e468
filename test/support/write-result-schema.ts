/** Writes data/result.schema.json anew from the zod schema: `npm run schema`. */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resultJsonSchema } from '../../server/runs/result.ts'

const root = join(import.meta.dirname, '../..')
const file = join(root, 'data/result.schema.json')
writeFileSync(file, `${JSON.stringify(resultJsonSchema(), null, 2)}\n`)
spawnSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', file], { stdio: 'inherit' })
