import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { groups } from './groups.js'

const repository = join(import.meta.dirname, '../..')
const slices = groups.flatMap((group) => Object.values(group.slices))
const mutated = slices.flatMap(({ mutate }) => mutate)
/** What holds types only, or names what others hold. */
const adaptersWithoutCode = ['nestjs', 'nestjs/api-key-module-options', 'nestjs/nest-request']

describe('the slices of the mutation tests', () => {
  it.each([
    ['src', 'authorization-request index key-store'],
    ['src/management', 'audit-event directory index key-entry key-group'],
  ])('hold every file of %s but those of types and names only: %s', (folder, withoutCode) => {
    const files = readdirSync(join(repository, folder)).flatMap((file) => file.match(/^(.+)\.ts$/)?.[1] ?? [])
    const left = files.filter((file) => !mutated.includes(`${folder}/${file}.ts`))
    expect(left).toEqual(withoutCode.split(' '))
  })

  it('hold every adapter but those of the console', () => {
    const files = ['', 'nestjs/', 'platforms/'].flatMap((folder) =>
      readdirSync(join(repository, 'adapters', folder)).flatMap((file) => {
        const name = file.match(/^(?!console-)(.+)\.ts$/)?.[1]
        return name === undefined ? [] : [folder + name]
      }),
    )
    const left = files.filter((file) => !mutated.includes(`adapters/${file}.ts`))
    expect(left).toEqual(adaptersWithoutCode)
  })

  it('name files that exist', () => {
    const named = slices
      .flatMap(({ mutate, tests }) => [...mutate, ...tests])
      .filter((path) => !/[*{!]/.test(path))
    expect(named.filter((path) => !existsSync(join(repository, path)))).toEqual([])
  })
})
