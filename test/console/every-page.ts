import type { Page } from 'playwright-core'
import { press, type Scene } from './scene.js'

/** Every page, and what leads to the ones that have no address. */
export const pages: readonly [
  name: string,
  path: string,
  act?: (page: Page, scene: Scene) => Promise<unknown>,
][] = [
  ['all keys', '/console'],
  ['a group', '/console/groups/{group}?done=key-saved'],
  ['an empty search', '/console/groups/{group}?search=nothing'],
  ['a new group', '/console/groups/new'],
  [
    'a new group with a fault',
    '/console/groups/new',
    async (page) => {
      await page.getByLabel('Name').fill('x'.repeat(201))
      await press(page, 'Save Key Group')
      await page.getByText('Not saved yet').waitFor()
    },
  ],
  ['a group to be edited', '/console/groups/{group}/edit'],
  ['a group to be deleted', '/console/groups/{group}/delete'],
  [
    'a group that cannot be deleted',
    '/console/groups/{group}/delete',
    async (page) => {
      await press(page, 'Delete Key Group')
      await page.getByText('still has keys').waitFor()
    },
  ],
  ['a new key', '/console/groups/{group}/keys/new'],
  [
    'a new key with a wrong address',
    '/console/groups/{group}/keys/new',
    async (page) => {
      await press(page, 'Add New IP')
      await page.getByLabel('New IP').fill('300.1.1.1')
      await press(page, 'Ok')
      await page.getByText('must be an address').waitFor()
    },
  ],
  [
    'a Reference ID',
    '/console/groups/{group}/keys/new',
    async (page) => {
      await press(page, 'Save Key')
      await page.getByText('Copy the Reference ID now').waitFor()
    },
  ],
  ['a key to be edited', '/console/keys/{key}'],
  [
    'a key that somebody else has saved',
    '/console/keys/{key}',
    async (page, { one, key }) => {
      await one.acme.updateKey(key, { description: `Theirs, at ${performance.now()}` })
      await press(page, 'Save Key')
      await page.getByText('Somebody else has saved this key').waitFor()
    },
  ],
  ['a key to be deleted', '/console/keys/{key}/delete'],
  ['a test', '/console/test'],
  [
    'the outcome of a test',
    '/console/test?key={key}',
    async (page) => {
      await page.getByLabel('IP address').fill('203.0.113.1')
      await press(page, 'Test')
      await page.getByText('would be refused').waitFor()
    },
  ],
  ['a history', '/console/history?key={key}'],
  ['nothing', '/console/nothing'],
]

/** The address of a page of the scene. */
export function addressOf(path: string, { group, key }: Pick<Scene, 'group' | 'key'>): string {
  return path.replace('{group}', group).replace('{key}', key)
}
