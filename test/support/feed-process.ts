/** A process that subscribes to the feed of a database, ends the subscription, and has nothing left to do. */
import pg from 'pg'
import { postgresChanges } from '../../src/stores/sql/index.js'

const [connectionString] = process.argv.slice(2)
const feed = postgresChanges(() => new pg.Client({ connectionString }))
const end = feed.subscribe({
  async connected() {
    process.stdout.write('connected\n')
    await end()
    process.stdout.write('ended\n')
  },
  lost() {},
  changed() {},
  flush() {},
})
