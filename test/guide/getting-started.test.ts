import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePorts } from '../../scripts/services/free-ports.js'
import { type PackedPackage, packPackage } from '../package/packed.js'
import { blocksIn } from './blocks.js'
import { type Outcome, walk } from './guide.js'

// Builds and starts processes: slow on a busy machine, and never a sign of a mistake.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const guide = readFileSync(join(import.meta.dirname, '../../docs/getting-started.md'), 'utf8')
const install = blocksIn(guide).find(({ info }) => info === 'sh install')?.code as string

describe('the guide for newcomers', () => {
  let packed: PackedPackage
  let outcomes: readonly Outcome[]

  beforeAll(async () => {
    packed = await packPackage()
    const others = ['ipaddr.js', 'lru-cache', 'express', 'hono', '@libsql/client', 'tsx']
    const folder = packed.install('newcomer', others)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const [port] = await freePorts(1)
    // What npm would install lies there already.
    const instead = [
      [install, ':'],
      ['npx tsx', 'node --import tsx'],
    ] as const
    outcomes = await walk(guide, { folder, port: port as number, instead })
  })

  afterAll(() => packed?.remove())

  it.each(
    blocksIn(guide).flatMap(({ info, code, shown }) => (shown === undefined ? [] : [[code, shown, info]])),
  )('prints what it shows below: %s', (command, shown) => {
    expect(outcomes.find((one) => one.command === command)?.printed).toBe(shown)
  })

  it('installs the tarball of this version, with what its files import', () => {
    const { version } = JSON.parse(readFileSync(join(packed.folder, 'package.json'), 'utf8'))
    expect(install).toContain(`./rest-api-key-${version}.tgz`)
    const imported = [...guide.matchAll(/from '(?!node:)((?:@[^/']+\/)?[^./:'][^/:']*)/g)].map(
      ([, name]) => name,
    )
    for (const name of new Set(imported)) expect(install, name).toContain(name)
  })
})
