import type { KeyRecord, KeyStore, MemoryStore } from 'rest-api-key'

/** A store that breaks the contract in one way. */
export interface WrongKeyStore {
  readonly wrong: string
  /** What it does in place of the store that it is given, into which `rows` were put. */
  readonly instead: (store: MemoryStore, rows: ReadonlyMap<string, KeyRecord>) => Partial<KeyStore>
  /** The ids of all cases that do not pass. */
  readonly fails: string
}

const findIn = (store: MemoryStore, digest: string) =>
  store.findByDigest(digest, { signal: new AbortController().signal })

/** Asks for another digest than the one that it was given. */
const asking =
  (other: (digest: string) => string): WrongKeyStore['instead'] =>
  (store) => ({ findByDigest: (digest) => findIn(store, other(digest)) })

/** Returns any row whose digest fits in a way of its own. */
const matching =
  (fits: (stored: string, digest: string) => boolean): WrongKeyStore['instead'] =>
  (store, rows) => ({
    async findByDigest(digest) {
      const row = [...rows.values()].find((one) => fits(one.digest, digest))
      return findIn(store, row?.digest ?? digest)
    },
  })

/** Returns something else than the record that it has found. */
const returning =
  (other: (record: KeyRecord) => object | null): WrongKeyStore['instead'] =>
  (store) => ({
    async findByDigest(digest) {
      const record = await findIn(store, digest)
      return record && (other(record) as KeyRecord | null)
    },
  })

/** Changes a key when it is used. */
const touching =
  (change: (record: KeyRecord, at: Date) => KeyRecord): WrongKeyStore['instead'] =>
  (store, rows) => ({
    async touch(uses) {
      for (const { id, at } of uses) {
        const row = rows.get(id)
        if (row !== undefined) store.put(change(row, at))
      }
    },
  })

const texts = (record: KeyRecord, change: (text: string) => string): object => {
  const changed = (text?: string | null) => text && change(text)
  const { description, onBehalfOf, inRole } = record
  return {
    ...record,
    description: changed(description),
    onBehalfOf: changed(onBehalfOf),
    inRole: changed(inRole),
  }
}

export const wrongKeyStores: readonly WrongKeyStore[] = [
  { wrong: 'folds case in digests', instead: asking((digest) => digest.toLowerCase()), fails: 'digest-case' },
  { wrong: 'trims digests', instead: asking((digest) => digest.trim()), fails: 'digest-blanks' },
  {
    wrong: 'folds accents and widths in digests',
    instead: asking((digest) => digest.normalize('NFKD').replace(/\p{M}/gu, '')),
    fails: 'digest-accent',
  },
  {
    wrong: 'compares digests with numbers as a database does with a parameter that is one',
    instead: matching((stored, digest) => Number(digest) === (Number.parseFloat(stored) || 0)),
    fails: 'digest-number',
  },
  {
    wrong: 'finds digests by LIKE',
    instead: matching((stored, digest) => {
      const pattern = digest.replace(/[^%_]/g, '\\$&').replaceAll('%', '.*').replaceAll('_', '.')
      return /^[\w%]+$/.test(digest) && new RegExp(`^(?:${pattern})$`).test(stored)
    }),
    fails: 'digest-prefix',
  },
  {
    wrong: 'finds a digest by its beginning',
    instead: matching((stored, digest) => digest.length > 9 && stored.startsWith(digest)),
    fails: 'digest-prefix',
  },
  {
    wrong: 'takes a digest for a query',
    instead: matching((_, digest) => digest.includes("' OR '1'='1")),
    fails: 'digest-injection',
  },
  {
    wrong: 'returns any key',
    instead: matching(() => true),
    fails:
      'unknown-null digest-case digest-blanks digest-accent digest-number digest-prefix digest-injection two-keys tenant-exact parallel authorizes',
  },
  {
    wrong: 'returns undefined for an unknown digest',
    instead: (store) => ({
      findByDigest: async (digest) => (await findIn(store, digest)) ?? (undefined as unknown as null),
    }),
    fails:
      'unknown-null creation-seen digest-case digest-blanks digest-accent digest-number digest-prefix digest-injection authorizes',
  },
  {
    wrong: 'throws for an unknown digest',
    instead: (store) => ({
      async findByDigest(digest) {
        const record = await findIn(store, digest)
        if (record === null) throw new Error('no row')
        return record
      },
    }),
    fails: 'unknown-null creation-seen digest-case digest-number authorizes',
  },
  {
    wrong: 'hides deactivated keys',
    instead: returning((record) => (record.activated ? record : null)),
    fails: 'deactivated-found change-seen touch authorizes',
  },
  {
    wrong: 'hides expired keys',
    instead: returning((record) => (record.expiresAt && record.expiresAt < new Date() ? null : record)),
    fails: 'all-facts expired-found own-copy touch',
  },
  {
    wrong: 'returns 1 and 0 for activated',
    instead: returning((record) => ({ ...record, activated: record.activated ? 1 : 0 })),
    fails:
      'all-facts absent-facts deactivated-found expired-found change-seen creation-seen digest-injection two-keys tenant-exact text-exact own-copy parallel aborted touch authorizes',
  },
  {
    wrong: 'returns numbers for ids',
    instead: returning((record) => ({ ...record, id: Number(record.id.slice(-1)) })),
    fails:
      'all-facts absent-facts deactivated-found expired-found change-seen creation-seen digest-injection two-keys tenant-exact text-exact own-copy parallel aborted touch authorizes',
  },
  {
    wrong: 'returns metadata as JSON text',
    instead: returning((record) => ({
      ...record,
      metadata: record.metadata && JSON.stringify(record.metadata),
    })),
    fails: 'all-facts text-exact own-copy',
  },
  {
    wrong: 'returns moments as texts',
    instead: returning((record) => ({ ...record, expiresAt: record.expiresAt?.toISOString() })),
    fails: 'all-facts expired-found own-copy touch',
  },
  {
    wrong: 'returns IP rules as one text',
    instead: returning((record) => ({ ...record, allowedIps: record.allowedIps?.join(',') })),
    fails: 'all-facts own-copy authorizes',
  },
  {
    wrong: 'returns empty texts for absent ones',
    instead: returning((record) => ({ ...record, description: record.description ?? '' })),
    fails:
      'absent-facts deactivated-found expired-found creation-seen digest-injection two-keys tenant-exact own-copy parallel aborted touch',
  },
  {
    wrong: 'returns the digest that was asked for instead of the one that it has',
    instead: (store) => ({
      async findByDigest(digest) {
        const record = await findIn(store, digest.toLowerCase())
        return record && { ...record, digest }
      },
    }),
    fails: 'digest-case',
  },
  {
    wrong: 'returns one tenant for all keys',
    instead: returning((record) => ({ ...record, tenantId: 'acme' })),
    fails: 'two-keys tenant-exact',
  },
  {
    wrong: 'trims tenants',
    instead: returning((record) => ({ ...record, tenantId: record.tenantId.trim() })),
    fails: 'tenant-exact',
  },
  {
    wrong: 'loses characters of four bytes',
    instead: returning((record) => texts(record, (text) => text.replace(/[\u{10000}-\u{10ffff}]/gu, '?'))),
    fails: 'text-exact',
  },
  {
    wrong: 'truncates texts',
    instead: returning((record) => texts(record, (text) => text.slice(0, 20))),
    fails: 'text-exact',
  },
  {
    wrong: 'remembers what it has found',
    instead: (store) => {
      const found = new Map<string, KeyRecord>()
      return {
        async findByDigest(digest) {
          const record = found.get(digest) ?? (await findIn(store, digest))
          if (record !== null) found.set(digest, record)
          return structuredClone(record)
        },
      }
    },
    fails: 'change-seen',
  },
  {
    wrong: 'remembers what it has not found',
    instead: (store) => {
      const unknown = new Set<string>()
      return {
        async findByDigest(digest) {
          const record = unknown.has(digest) ? null : await findIn(store, digest)
          if (record === null) unknown.add(digest)
          return record
        },
      }
    },
    fails: 'creation-seen',
  },
  {
    wrong: 'hands out its own records',
    instead: (_, rows) => ({
      findByDigest: async (digest) => [...rows.values()].find((row) => row.digest === digest) ?? null,
    }),
    fails: 'own-copy',
  },
  {
    wrong: 'mixes up look-ups that run at once',
    instead: (store) => {
      let latest = ''
      return {
        async findByDigest(digest) {
          latest = digest
          await Promise.resolve()
          return findIn(store, latest)
        },
      }
    },
    fails: 'parallel',
  },
  {
    wrong: 'stays out of order after an abortion',
    instead: (store) => {
      let isBroken = false
      return {
        async findByDigest(digest, { signal }) {
          isBroken ||= signal.aborted
          if (isBroken) throw new Error('the connection is closed')
          return findIn(store, digest)
        },
      }
    },
    fails: 'aborted',
  },
  {
    wrong: 'returns a key twice if it is asked twice',
    instead: (store) => ({
      findManyByDigest: async (digests) =>
        (await Promise.all(digests.map((digest) => findIn(store, digest)))).flatMap((one) => one ?? []),
    }),
    fails: 'many',
  },
  {
    wrong: 'returns null for the unknown among many',
    instead: (store) => ({
      findManyByDigest: async (digests) =>
        (await Promise.all([...new Set(digests)].map((one) => findIn(store, one)))) as KeyRecord[],
    }),
    fails: 'many',
  },
  {
    wrong: 'revives a key when it is used',
    instead: touching((record) => ({ ...record, activated: true })),
    fails: 'touch',
  },
  {
    wrong: 'lets a key live longer when it is used',
    instead: touching((record, at) => ({ ...record, expiresAt: at })),
    fails: 'touch',
  },
  {
    wrong: 'fails when an unknown key is used',
    instead: (store) => ({
      async touch(uses) {
        if (uses.some(({ id }) => id === 'nobody')) throw new Error('no row')
        await store.touch(uses)
      },
    }),
    fails: 'touch',
  },
]
