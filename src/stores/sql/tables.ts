import type { ColumnType, Generated } from 'kysely'

/** Read back as whatever is there: a row may have been edited by hand. */
type Column<Written> = ColumnType<unknown, Written, Written>

/** Compared byte by byte. MySQL ignores blanks at the end of a text, so that these are bytes there. */
type Exact = string | Buffer

export interface GroupTable {
  readonly tenant_id: Column<Exact>
  readonly id: Column<Exact>
  readonly name: Column<string>
  readonly description: Column<string | null>
  readonly version: Column<number>
  readonly created_at: Column<string>
  readonly updated_at: Column<string>
}

export interface KeyTable {
  readonly id: Column<Exact>
  readonly digest: Column<Exact>
  readonly tenant_id: Column<Exact>
  readonly group_id: Column<Exact | null>
  readonly activated: Column<boolean | number>
  readonly description: Column<string | null>
  readonly on_behalf_of: Column<string | null>
  readonly in_role: Column<string | null>
  /** A JSON list; `null`: no rule. */
  readonly allowed_ips: Column<string | null>
  readonly expires_at: Column<string | null>
  /** A JSON object. */
  readonly metadata: Column<string | null>
  readonly hint: Column<string>
  readonly search_text: Column<string>
  readonly version: Column<number>
  readonly created_at: Column<string>
  readonly updated_at: Column<string>
  readonly last_used_at: Column<string | null>
}

export interface AuditTable {
  readonly id: Column<Exact>
  readonly tenant_id: Column<Exact>
  readonly at: Column<string>
  readonly actor_user_id: Column<string>
  readonly actor_role: Column<string | null>
  readonly action: Column<string>
  readonly outcome: Column<string>
  readonly group_id: Column<Exact | null>
  readonly key_id: Column<Exact | null>
  /** A JSON object, as `state_after`. */
  readonly state_before: Column<string | null>
  readonly state_after: Column<string | null>
}

/** Of MySQL, MariaDB and SQLite: one row for each change of a key, in the order in which the changes began. */
interface ChangeTable {
  readonly seq: Generated<unknown>
  /** Empty: any key may have changed. */
  readonly digest: Column<Exact>
}

/** Moments are texts as `toISOString` writes them: they sort as bytes and are read with the naked eye. */
export interface Tables {
  readonly rest_api_key_groups: GroupTable
  readonly rest_api_keys: KeyTable
  readonly rest_api_key_audit: AuditTable
  readonly rest_api_key_changes: ChangeTable
}
