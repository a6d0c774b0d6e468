/** A product as the catalog serves it, and the rules that seed data must keep. */

import { z } from 'zod'

/** True for 13 digits whose last one is the check digit of GS1: weights 1 and 3 in turns, sum a multiple of 10. */
export function isGtin13(text: string): boolean {
  if (!/^\d{13}$/.test(text)) return false
  let sum = 0
  for (let i = 0; i < 13; i += 1) sum += Number(text[i]) * (i % 2 === 0 ? 1 : 3)
  return sum % 10 === 0
}

const line = z.string().trim().min(1).max(200)

export const productSchema = z.strictObject({
  code: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .describe('what the product is asked for by'),
  brand: line,
  description: line,
  gtin: z.string().refine(isGtin13, 'must be a GTIN-13: 13 digits, the last one the check digit'),
})

export type Product = z.infer<typeof productSchema>

/** The seed file: at least one product, no code twice. */
export const productsSchema = z
  .array(productSchema)
  .min(1, 'must hold at least one product')
  .superRefine((products, context) => {
    const seen = new Set<string>()
    products.forEach(({ code }, index) => {
      if (seen.has(code)) context.addIssue({ code: 'custom', path: [index, 'code'], message: `repeats ${code}` })
      seen.add(code)
    })
  })

/** Text as the search compares it: lower case, without accents, so that `boticario` finds `O Boticário`. */
export function searchable(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
