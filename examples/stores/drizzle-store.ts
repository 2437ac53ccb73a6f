import { eq } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { bigint, integer, pgTable, smallint, text, timestamp } from 'drizzle-orm/pg-core'
import { ipRulesFromText, type KeyStore } from 'rest-api-key'

const customers = pgTable('customers', { no: integer('customer_no').notNull(), code: text().notNull() })
const tokens = pgTable('api_tokens', {
  id: bigint('token_no', { mode: 'bigint' }).notNull(),
  customerNo: integer('customer_no').notNull(),
  digest: text('token_sha256').notNull(),
  activated: smallint('is_active').notNull(),
  description: text('purpose'),
  onBehalfOf: text('acts_as'),
  inRole: text('acting_role'),
  allowedIps: text('allowed_ips'),
  expiresAt: timestamp('valid_until', { withTimezone: true }),
})

/** The keys in the tables of `setup.sql`, by means of Drizzle. */
export function drizzleStore(database: NodePgDatabase): KeyStore {
  return {
    async findByDigest(digest) {
      const [row] = await database
        .select()
        .from(tokens)
        .innerJoin(customers, eq(customers.no, tokens.customerNo))
        .where(eq(tokens.digest, digest))
      if (row === undefined) return null
      const { id, activated, allowedIps, ...facts } = row.api_tokens
      return {
        ...facts,
        id: id.toString(),
        tenantId: row.customers.code,
        activated: activated === 1,
        allowedIps: ipRulesFromText(allowedIps),
      }
    },
  }
}
