import { findProgram, programOf } from './programs.js'
import type { Service } from './service.js'

const packaged = 'chromium-headless-shell'
/** The same engine; without windows to draw it takes a third less time. */
const programs = [packaged, 'chromium']

/** A browser. Each test starts its own; what it needs is the program. */
export const chromium: Service = {
  name: 'chromium',
  variable: 'TEST_CHROMIUM',
  packages: [packaged],
  ports: 0,
  stopSignal: 'SIGTERM',

  isInstalled: () => installed() !== undefined,

  start: async () => programOf(installed() ?? packaged),
}

function installed(): string | undefined {
  return programs.find((name) => findProgram(name) !== undefined)
}
