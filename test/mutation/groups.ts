/** Source files that are mutated in one run, and the tests that must notice. */
export interface MutationSlice {
  readonly mutate: readonly string[]
  readonly tests: readonly string[]
}

/** Parts of the library with one promise. Only the tests next to a slice are run: what kills a mutant stands near it. */
export interface MutationGroup {
  readonly name: string
  /** The least share of mutants that the tests must notice, in per cent. */
  readonly atLeast: number
  readonly slices: Readonly<Record<string, MutationSlice>>
}

const sources = (names: string) => names.split(' ').map((name) => `src/${name}.ts`)
const unit = (names: string) => names.split(' ').map((name) => `test/unit/${name}.test.ts`)

export const groups: readonly MutationGroup[] = [
  {
    name: 'core',
    atLeast: 95,
    slices: {
      header: {
        mutate: sources(
          'credentials header-credentials bearer-credentials rest-api-key-credentials header-lines header-name authorization-for open-api-security-scheme vary',
        ),
        tests: unit(
          'credentials header-credentials bearer-credentials rest-api-key-credentials header-lines header-name authorization-for open-api-security-scheme vary',
        ),
      },
      addresses: {
        mutate: sources('ip-address ip-rule ip-rules ip-rules-from-text trusted-client-ip address-reader'),
        tests: unit('ip-address ip-rule ip-rules ip-rules-from-text trusted-client-ip address-reader'),
      },
      digests: {
        mutate: sources('digest sha256 sha256-digest hmac-sha256-digest plain-digest reference-ids crc32'),
        tests: unit(
          'digest sha256-digest hmac-sha256-digest plain-digest reference-ids crc32 authorizer-secrets',
        ),
      },
      values: {
        mutate: sources(
          'options json key-record response decision denials tenant tenant-from-header tenant-from-param tenant-from-subdomain feed-message notify',
        ),
        tests: unit(
          'options json key-record response tenant tenant-from-header tenant-from-param tenant-from-subdomain feed-message authorizer-options authorizer-decisions',
        ),
      },
      errors: {
        mutate: sources('errors store-error'),
        tests: unit('errors store-error authorizer-secrets authorizer-fail-closed'),
      },
      authorizer: {
        mutate: sources(
          'authorizer authorizer-options cached-key check-details checks deadline decision-facts explain explanation feeds local-feed change-feed key-cache key-lookup last-used lazy-signal pending-read record-reader records-by-digest',
        ),
        tests: unit(
          'authorizer-options authorizer-decisions authorizer-cache authorizer-feed authorizer-explain authorizer-fail-closed authorizer-secrets coalesced-look-ups last-used lazy-signal',
        ),
      },
      feeds: {
        mutate: sources('reconnecting-feed pause answer-within'),
        tests: unit('reconnecting-feed answer-within redis-changes authorizer-fail-closed'),
      },
    },
  },
  {
    name: 'adapters',
    atLeast: 95,
    slices: {
      // What all frameworks have in common is seen in their answers.
      frameworks: {
        mutate: [
          'adapters/*.ts',
          'adapters/{nestjs,platforms}/*.ts',
          '!adapters/console-*.ts',
          ...sources('request-authorizer role-guard principal forwarded-for'),
        ],
        tests: ['test/adapters/*.test.ts'],
      },
    },
  },
  {
    name: 'management',
    atLeast: 90,
    slices: {
      management: {
        mutate: ['src/management/*.ts'],
        tests: ['test/management/{manager,authority,contract,import}.test.ts'],
      },
    },
  },
  {
    name: 'stores',
    atLeast: 90,
    slices: {
      memory: { mutate: sources('stores/memory'), tests: [...unit('memory'), 'test/stores/memory.test.ts'] },
      'sql-mapping': {
        mutate: sources(
          'stores/sql/rows stores/sql/values stores/sql/conditions stores/sql/connection stores/sql/context stores/sql/look-ups stores/sql/prepared-statements stores/sql/writer',
        ),
        tests: unit(
          'sql-rows sql-values sql-conditions sql-connection sql-look-ups sql-prepared-statements sql-writer',
        ),
      },
      'sql-schema': {
        mutate: [...sources('stores/sql/migrations'), 'src/stores/sql/triggers/*.ts'],
        tests: unit('sql-migrations'),
      },
      'sql-feeds': {
        mutate: sources('stores/sql/change-log stores/sql/change-position stores/sql/polling-changes'),
        tests: [...unit('sql-change-log change-position polling-changes'), 'test/stores/sql.test.ts'],
      },
      'postgres-feed': {
        mutate: sources('stores/sql/postgres-changes stores/sql/postgres-channel stores/sql/postgres-client'),
        tests: [...unit('postgres-changes'), 'test/stores/sql.test.ts'],
      },
      'sql-commands': {
        mutate: sources('stores/sql/audit stores/sql/groups stores/sql/keys stores/sql/sql-store'),
        tests: [...unit('sql-reads sql-writes sql-look-ups'), 'test/stores/sql.test.ts'],
      },
      'redis-mapping': {
        mutate: sources(
          'stores/redis/change-stream stores/redis/key-names stores/redis/prefix stores/redis/redis-client stores/redis/stored-json',
        ),
        tests: unit('redis-stored-json redis-key-names redis-client redis-changes'),
      },
    },
  },
]
