import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { groups } from './groups.js'

const repository = join(import.meta.dirname, '../..')
const slices = groups.flatMap((group) => Object.values(group.slices))

describe('the slices of the mutation tests', () => {
  it.each([
    ['src', 'authorization-request index key-store'],
    ['src/management', 'audit-event directory index key-entry key-group'],
  ])('hold every file of %s but those of types and names only: %s', (folder, withoutCode) => {
    const mutated = slices.flatMap(({ mutate }) => mutate)
    const files = readdirSync(join(repository, folder)).flatMap((file) => file.match(/^(.+)\.ts$/)?.[1] ?? [])
    const left = files.filter((file) => !mutated.includes(`${folder}/${file}.ts`))
    expect(left).toEqual(withoutCode.split(' '))
  })

  it('name files that exist', () => {
    const named = slices
      .flatMap(({ mutate, tests }) => [...mutate, ...tests])
      .filter((path) => !/[*{!]/.test(path))
    expect(named.filter((path) => !existsSync(join(repository, path)))).toEqual([])
  })
})
