import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256Digest } from 'rest-api-key'
import { sqlStore } from 'rest-api-key/sql'
import { describe, expect, it } from 'vitest'
import { createThousand } from '../support/created-keys.js'
import { oneDatabase } from '../support/sql-cases.js'
import { libsqlDatabase } from '../support/sql-databases.js'

describe('sqlStore over SQLite', () => {
  const database = oneDatabase(libsqlDatabase)

  it('leaves no Reference ID in the files, after 1,000 creations', async () => {
    const { db, location } = database()
    const referenceIds = await createThousand(sqlStore(db))
    const folder = dirname(location)
    const files = await readdir(folder)
    const bytes = Buffer.concat(await Promise.all(files.map((file) => readFile(join(folder, file)))))
    expect(bytes.includes(sha256Digest()(referenceIds.at(-1) as string))).toBe(true)
    expect(referenceIds.filter((id) => bytes.includes(id.slice('rak_'.length)))).toEqual([])
  }, 60_000)
})
