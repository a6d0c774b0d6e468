/** A real Firefox for a walk through the console, where the machine has one. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, launch } from 'puppeteer-core'

const NAMES = ['firefox-esr', 'firefox']

const FIREFOX =
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => NAMES.map(name => join(folder, name)))
    .find(file => existsSync(file)) ?? null

/** For `describe`: says why the tests of a file are left out, or false. */
export const skip = FIREFOX === null && 'no Firefox on the PATH: apt-get install firefox-esr, and these tests run'

/** Starts it with a profile of its own, in English; it is driven by WebDriver BiDi. */
export function launchFirefox(): Promise<Browser> {
  if (FIREFOX === null) throw new Error('there is no Firefox')
  return launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    defaultViewport: { width: 1280, height: 720 },
    extraPrefsFirefox: { 'intl.accept_languages': 'en-GB, en', 'intl.locale.requested': 'en-GB' },
  })
}
