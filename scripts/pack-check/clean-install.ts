import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runNode, runProgram } from '../../test/package/packed.js'

/** The packages that npm installs for the tarball in an empty folder; each entry that needs no peer is loaded there. */
export async function cleanInstall(tarball: string, entries: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rest-api-key-install-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const flags = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier']
    await runProgram('npm', ['install', ...flags, tarball], folder)
    const loads = entries.map((entry) => `await import('${entry}'); require('${entry}')`).join('\n')
    const require = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)`
    await runNode(folder, '--input-type=module', '--eval', `${require}\n${loads}`)
    return installedIn(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function installedIn(folder: string): string[] {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: Record<string, { version: string }> }
  const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
  return installed.map((name) => `${name} ${packages[`node_modules/${name}`]?.version}`)
}
