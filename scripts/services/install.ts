import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { findProgram } from './programs.js'
import type { Service } from './service.js'

const run = promisify(execFile)
const policy = '/usr/sbin/policy-rc.d'

/** Installs what these services need; throws with a way out where that is not possible. */
export async function install(services: readonly Service[], signal: AbortSignal): Promise<void> {
  const packages = [...new Set(services.flatMap((service) => service.packages))]
  const apt = findProgram('apt-get')
  if (apt === undefined || process.getuid?.() !== 0) {
    const variables = services.map(({ variable }) => variable).join(', ')
    throw new Error(
      `Not installed: ${packages.join(', ')} (Debian's names). Install them, run this as root on Debian or ` +
        `Ubuntu, or name servers that run already in ${variables}`,
    )
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await withoutStartingServices(async () => {
    const wait = ['-o', 'DPkg::Lock::Timeout=300']
    await run(apt, [...wait, 'update'], { env, signal })
    const args = [...wait, 'install', '--yes', '--no-install-recommends', ...packages]
    await run(apt, args, { env, signal, maxBuffer: 2 ** 26 })
  })
}

/** Debian packages start their services when they are installed, unless this file says no. */
async function withoutStartingServices(act: () => Promise<void>): Promise<void> {
  if (existsSync(policy)) return act()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await act()
  } finally {
    rmSync(policy)
  }
}
