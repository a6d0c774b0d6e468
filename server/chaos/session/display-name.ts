/** What a session is called for people, such as José: bounded, visible, and of one line, whatever a stranger types. */

import { z } from 'zod'

/** Characters of a name, counted as code points. */
export const MAX_DISPLAY_NAME = 40

/** Why a text is no display name. */
export const NAME_FLAWS = ['empty', 'long', 'hidden', 'marks'] as const
export type NameFlaw = (typeof NAME_FLAWS)[number]

/** Of one letter: more of them pile up over the lines above. */
const MAX_MARKS = 3

/** Control characters, marks of writing direction, line breaks, private and half characters; joiners are part of words and of emoji. */
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u
/** Letters and signs that nobody sees, such as the filler of Hangul and the blank of Braille. */
const BLANK = /[\p{Default_Ignorable_Code_Point}\u2800]/gu
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u
const PILED = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u')

/** What to type instead. */
const ADVICE: Readonly<Record<NameFlaw, string>> = {
  empty: 'type a name that can be seen, such as José',
  long: `type at most ${MAX_DISPLAY_NAME} characters`,
  hidden: 'leave out control characters, line breaks and marks of direction: type letters, digits, signs and spaces',
  marks: `type at most ${MAX_MARKS} accents on one letter`,
}

/** The name that a text stands for: composed (NFC), without spaces around it or two in a row; or what is wrong with it. */
export function readDisplayName(text: string): { readonly name: string } | { readonly flaw: NameFlaw } {
  const name = text
    .normalize('NFC')
    .trim()
    .replace(/\p{Zs}+/gu, ' ')
  if (HIDDEN.test(name)) return { flaw: 'hidden' }
  if (!VISIBLE.test(name.replace(BLANK, ''))) return { flaw: 'empty' }
  if ([...name].length > MAX_DISPLAY_NAME) return { flaw: 'long' }
  return PILED.test(name) ? { flaw: 'marks' } : { name }
}

/** A display name in a document; what is wrong is said by a code too, for those who speak another language. */
export const displayName = z
  .string()
  .meta({ minLength: 1, maxLength: MAX_DISPLAY_NAME, description: 'what people read; no two need differ' })
  .transform((text, context) => {
    const read = readDisplayName(text)
    if ('name' in read) return read.name
    context.addIssue({ code: 'custom', message: ADVICE[read.flaw], params: { code: read.flaw } })
    return z.NEVER
  })
