import type { Pool } from 'pg'
import { ipRulesFromText, type KeyStore } from 'rest-api-key'

interface Row {
  code: string
  token_no: string // bigint
  token_sha256: string
  is_active: number
  purpose: string | null
  acts_as: string | null
  acting_role: string | null
  allowed_ips: string | null
  valid_until: Date | null
}

/** The keys in the tables of `setup.sql`, by means of node-postgres. */
export function pgStore(pool: Pool): KeyStore {
  return {
    async findByDigest(digest) {
      const { rows } = await pool.query<Row>(
        'SELECT * FROM api_tokens JOIN customers USING (customer_no) WHERE token_sha256 = $1',
        [digest],
      )
      const row = rows[0]
      if (row === undefined) return null
      return {
        id: row.token_no,
        digest: row.token_sha256,
        tenantId: row.code,
        activated: row.is_active === 1,
        description: row.purpose,
        onBehalfOf: row.acts_as,
        inRole: row.acting_role,
        allowedIps: ipRulesFromText(row.allowed_ips),
        expiresAt: row.valid_until,
      }
    },
  }
}
