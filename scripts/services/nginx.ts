import { findProgram, programOf } from './programs.js'
import type { Service } from './service.js'

/** A reverse proxy. Each test starts its own, with its own configuration; what it needs is the program. */
export const nginx: Service = {
  name: 'nginx',
  variable: 'TEST_NGINX',
  packages: ['nginx'],
  ports: 0,
  stopSignal: 'SIGTERM',

  isInstalled: () => findProgram('nginx') !== undefined,

  start: async () => programOf('nginx'),
}
