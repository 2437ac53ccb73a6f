/** Source files that are mutated in one run, and the tests that must notice. */
export interface MutationSlice {
  readonly mutate: readonly string[]
  readonly tests: readonly string[]
  /** Of tests with rows for every framework, those of these are run: what `TEST_FRAMEWORKS` is set to. */
  readonly frameworks?: readonly string[]
}

/** Parts of the library with one promise. Only the tests next to a slice are run: what kills a mutant stands near it. */
export interface MutationGroup {
  readonly name: string
  /** The least share of mutants that the tests must notice, in per cent. */
  readonly atLeast: number
  readonly slices: Readonly<Record<string, MutationSlice>>
}

const sources = (names: string) => names.split(' ').map((name) => `src/${name}.ts`)
const adapters = (names: string) => names.split(' ').map((name) => `adapters/${name}.ts`)
const unit = (names: string) => names.split(' ').map((name) => `test/unit/${name}.test.ts`)
const adapterTests = (names: string) => names.split(' ').map((name) => `test/adapters/${name}.test.ts`)
const managed = (names: string) => names.split(' ').map((name) => `src/management/${name}.ts`)
const managing = (names: string) => names.split(' ').map((name) => `test/management/${name}.test.ts`)

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
        mutate: sources('authorizer authorizer-options checks decide-at-once decision-facts when-ready'),
        tests: unit(
          'decide-at-once when-ready hot-path authorizer-options authorizer-decisions authorizer-cache authorizer-explain authorizer-fail-closed authorizer-secrets last-used',
        ),
      },
      'look-ups': {
        mutate: sources(
          'cached-key key-cache key-lookup lazy-signal pending-read record-reader records-by-digest',
        ),
        tests: unit(
          'lazy-signal records-by-digest authorizer-cache authorizer-decisions authorizer-explain authorizer-fail-closed coalesced-look-ups',
        ),
      },
      explain: {
        mutate: sources('check-details explain explanation'),
        tests: unit('authorizer-explain'),
      },
      'last-used': { mutate: sources('deadline last-used'), tests: unit('last-used') },
      changes: {
        mutate: sources('change-feed feeds local-feed'),
        tests: unit('authorizer-feed authorizer-options local-feed'),
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
      // What all have in common is seen in two: one has parameters of routes, one hands over more than a request.
      common: {
        mutate: sources('authorization-of request-authorizer role-guard principal'),
        tests: [
          ...unit('authorization-of request-authorizer role-guard principal'),
          ...adapterTests('conformance middleware'),
        ],
        frameworks: ['hono', 'fetch'],
      },
      express: {
        mutate: [...adapters('express platforms/express'), ...sources('forwarded-for')],
        tests: [
          ...unit('authorization-of forwarded-for'),
          ...adapterTests('express conformance middleware proxies'),
        ],
        frameworks: ['express'],
      },
      koa: {
        mutate: adapters('koa'),
        tests: adapterTests('koa http2 conformance middleware proxies'),
        frameworks: ['koa'],
      },
      fastify: {
        mutate: adapters('fastify platforms/fastify'),
        tests: adapterTests('fastify http2 conformance middleware proxies'),
        frameworks: ['fastify'],
      },
      hono: {
        mutate: adapters('hono'),
        tests: adapterTests('hono conformance middleware proxies'),
        frameworks: ['hono'],
      },
      fetch: {
        mutate: adapters('fetch'),
        tests: adapterTests('fetch conformance middleware proxies'),
        frameworks: ['fetch'],
      },
      node: {
        mutate: adapters('node'),
        tests: adapterTests('node http2 conformance middleware proxies'),
        frameworks: ['node'],
      },
      nestjs: {
        mutate: adapters(
          'nestjs/api-key-denied-exception nestjs/api-key-denied-filter nestjs/api-key-guard nestjs/api-key-module nestjs/nest-authorizer nestjs/platform nestjs/principal nestjs/require-role',
        ),
        tests: adapterTests('nestjs conformance middleware'),
        frameworks: ['nestjs'],
      },
    },
  },
  {
    name: 'management',
    atLeast: 90,
    slices: {
      input: {
        mutate: managed('actor cursor faults group-input hint key-input limits text'),
        tests: managing('input manager authority contract'),
      },
      tenant: {
        mutate: managed('key-manager management-action session tenant-keys until-written'),
        tests: managing('manager authority contract'),
      },
      outside: {
        mutate: managed('directory-check explain-key guarded-repository key-repository'),
        tests: managing('manager authority contract'),
      },
      import: {
        mutate: managed('import-key import-keys'),
        tests: managing('manager authority contract import'),
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
