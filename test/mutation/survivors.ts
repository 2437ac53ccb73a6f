import type { Survivors } from './judge.js'

/** Every mutant that no test notices, and why none can. `npm run test:mutation` refuses a list that is not exact. */
export const survivors: Survivors = {
  'src/address-reader.ts': [
    {
      line: 'if (ip === undefined) return undefined',
      changes: ['ip === undefined → false'],
      reason: 'Nothing is remembered of `undefined`, and it is no address: what follows comes to the same.',
    },
  ],
  'src/answer-within.ts': [
    {
      line: 'reject(signal?.reason)',
      changes: ['signal?.reason → signal.reason'],
      reason: 'Only a signal calls it.',
    },
  ],
  'src/errors.ts': [
    {
      line: 'Object.defineProperty(this, brand, { value: true })',
      changes: ['{ value: true } → {}', 'true → false'],
      reason: 'An error is recognised by having the brand, whatever its value.',
    },
  ],
  'src/header-credentials.ts': [
    {
      line: "name: '',",
      changes: [`'' → "Stryker was here!"`],
      reason:
        'A name is compared with those of other formats of the same header only, which all have this one.',
    },
  ],
  'src/header-lines.ts': [
    {
      line: 'if (candidate.length === name.length && (candidate === name || candidate.toLowerCase() === name)) {',
      changes: ['candidate.length === name.length → true', 'candidate === name → false'],
      reason: 'Cheap comparisons before the one that decides.',
    },
  ],
  'src/ip-rules.ts': [
    {
      line: 'return address === undefined ? undefined : rules.find((rule) => contains(parseIpRule(rule), address))',
      changes: ['address === undefined → false'],
      reason: 'No rule contains `undefined`, whose type is that of no address.',
    },
    {
      line: 'merged[merged.length - 1] = { first: previous.first, last: range.last }',
      changes: ['merged.length - 1 → merged.length + 1'],
      reason:
        'The range that is not replaced has the same start and stands before the longer one, which is found.',
    },
    {
      line: "return typeof a === typeof b ? a > b : typeof a === 'bigint'",
      changes: ['a > b → a >= b'],
      reason: 'Ranges with one start are merged, in whatever order they come.',
    },
    {
      line: 'previous.last < range.first',
      changes: ['previous.last < range.first → previous.last <= range.first'],
      reason: 'Ranges that share one address name the same addresses whether they are merged or not.',
    },
    {
      line: '} else if (range.last > previous.last) {',
      changes: ['range.last > previous.last → range.last >= previous.last'],
      reason: 'A range is replaced by an equal one.',
    },
  ],
  'src/json.ts': [
    {
      line: "if (typeof value !== 'object' || depth >= maxDepth) return undefined",
      changes: ["typeof value !== 'object' → false"],
      reason: 'What is no object is no plain object either, which is found out below.',
    },
  ],
  'src/notify.ts': [
    {
      line: 'Promise.resolve(hook?.(...args)).catch(() => {})',
      changes: ['hook?.(...args) → hook(...args)'],
      reason: 'To call what is not there throws, which is ignored like every failure of a hook.',
    },
  ],
  'src/rest-api-key-credentials.ts': [
    {
      line: 'if (value.startsWith(name, offset)) return true',
      changes: ['value.startsWith(name, offset) → false'],
      reason: 'The usual case, sooner: the pattern below finds the same.',
    },
  ],
  'src/stores/redis/change-stream.ts': [
    {
      line: 'const [id, fields]: readonly unknown[] = Array.isArray(entry) ? entry : []',
      changes: ['[] → ["Stryker was here"]'],
      reason: 'What is no entry has no fields either, and is refused for that.',
    },
  ],
  'src/stores/redis/groups.ts': [
    {
      line: "[unchanged(key, found.text, 'changed')],",
      changes: [`'changed' → ""`],
      reason: 'Only that it is not `null` is looked at.',
    },
  ],
  'src/stores/redis/keys.ts': [
    {
      line: 'return digest === null ? [] : { id, digest, lastUse: replies[ids.length + index] ?? null }',
      changes: ['digest === null → false', '[] → ["Stryker was here"]'],
      reason: 'What is read instead is no key with this id, and is left out below.',
    },
    {
      line: "const groups = new Set(keys.map(({ tenantId, groupId }) => names.group(tenantId, groupId ?? '')))",
      changes: [`'' → "Stryker was here!"`],
      reason: 'Any id will do that no group has.',
    },
    {
      line: "const checks = [unchanged(names.record(digest), found.text, 'changed')]",
      changes: [`'changed' → ""`],
      reason: 'Only that it is not `null` is looked at.',
    },
    {
      line: "checks.push(present(names.group(key.tenantId, key.groupId), 'changed'))",
      changes: [`'changed' → ""`],
      reason: 'Only that it is not `null` is looked at.',
    },
  ],
  'src/stores/sql/audit.ts': [
    {
      line: "if (after !== null) query = query.where(behind('at', after, dialect, 'descending'))",
      changes: [`'descending' → ""`],
      reason: 'Every order is descending that is not ascending.',
    },
  ],
  'src/stores/sql/change-position.ts': [
    {
      line: "this.#last = newest.reduce((last, row) => (row.seq > last.seq ? row : last), { seq: 0, digest: '' })",
      changes: ['row.seq > last.seq → row.seq >= last.seq', `'' → "Stryker was here!"`],
      reason: 'No two rows have one number; and the digest of number 0, which is no row, is not looked at.',
    },
    {
      line: 'if (row.seq < this.last) continue',
      changes: ['row.seq < this.last → row.seq <= this.last'],
      reason: 'The row with that number has been left out, and no two have one.',
    },
  ],
  'src/stores/sql/connection.ts': [
    {
      line: ".selectFrom('rest_api_keys')",
      changes: [`'rest_api_keys' → ""`],
      reason: 'The statement is never run: what is read of it is the same for every table and column.',
    },
    {
      line: ".select('id')",
      changes: [`'id' → ""`],
      reason: 'The statement is never run: what is read of it is the same for every table and column.',
    },
    {
      line: ".where('id', '=', '')",
      changes: [`'id' → ""`, `'' → "Stryker was here!"`],
      reason: 'The statement is never run: what is read of it is the same for every column and value.',
    },
  ],
  'src/stores/sql/keys.ts': [
    {
      line: "const ids = new Set(keys.map(({ groupId }) => groupId ?? ''))",
      changes: [`'' → "Stryker was here!"`],
      reason: 'Any id will do that no group has.',
    },
  ],
  'src/stores/sql/look-ups.ts': [
    {
      line: "const one = select.where('digest', '=', exact('')).compile()",
      changes: [`'' → "Stryker was here!"`],
      reason: 'Each look-up puts its digest in its place.',
    },
    {
      line: "if (moment > (latest.get(id) ?? '')) latest.set(id, moment)",
      changes: ["moment > (latest.get(id) ?? '') → moment >= (latest.get(id) ?? '')"],
      reason: 'A moment is replaced by an equal one.',
    },
    {
      line: 'const ordered = [...latest].sort(([a], [b]) => (a < b ? -1 : 1))',
      changes: ['a < b → a <= b'],
      reason: 'No id is in it twice.',
    },
    {
      line: 'const none: readonly string[] = []',
      changes: ['[] → ["Stryker was here"]'],
      reason: 'Each look-up puts its digests in their place.',
    },
  ],
  'src/tenant-from-subdomain.ts': [
    {
      line: "return host.exec(trustedHost() ?? '')?.[1]?.toLowerCase()",
      changes: [
        "host.exec(trustedHost() ?? '')?.[1]?.toLowerCase → host.exec(trustedHost() ?? '')?.[1].toLowerCase",
        `'' → "Stryker was here!"`,
      ],
      reason: 'Whatever matches has a label; and any text that is no host will do where there is no host.',
    },
  ],
  'src/vary.ts': [
    {
      line: "if (present === '' || present === added) return added",
      changes: ["present === '' → false", `'' → "Stryker was here!"`],
      reason: 'The usual cases, sooner: what follows comes to the same.',
    },
  ],
}
