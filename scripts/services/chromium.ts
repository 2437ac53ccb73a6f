import { findProgram, programOf } from './programs.js'
import type { Service } from './service.js'

/** A browser. Each test starts its own; what it needs is the program. */
export const chromium: Service = {
  name: 'chromium',
  variable: 'TEST_CHROMIUM',
  packages: ['chromium'],
  ports: 0,
  stopSignal: 'SIGTERM',

  isInstalled: () => findProgram('chromium') !== undefined,

  start: async () => programOf('chromium'),
}
